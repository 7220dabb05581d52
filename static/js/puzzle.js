"use strict";

// Finds the number of a form's puzzle while the form is filled in, in slices between which the page stays alive. A form
// that is sent earlier waits for it. SHA-256 stands here because the browser's own is slower for many short texts and
// is missing where a page is not served over HTTPS.
(() => {
  const SLICE = 12; // milliseconds: under one picture of the screen
  const PRIMES = [];
  for (let n = 2; PRIMES.length < 64; n++) if (PRIMES.every((prime) => n % prime)) PRIMES.push(n);
  const fraction = (x) => Math.floor((x - Math.floor(x)) * 4294967296) | 0;
  const K = Int32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
  const W = new Int32Array(64);

  // SHA-256 of the one block that stands in W[0..15], into `out`.
  function compress(out) {
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    let a = START[0], b = START[1], c = START[2], d = START[3];
    let e = START[4], f = START[5], g = START[6], h = START[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    const last = [a, b, c, d, e, f, g, h];
    for (let i = 0; i < 8; i++) out[i] = (START[i] + last[i]) | 0;
  }

  // Puts one block's text, its end mark and its length in bits into W. 55 characters fit.
  function fill(text) {
    W.fill(0, 0, 16);
    for (let i = 0; i < text.length; i++) W[i >> 2] |= text.charCodeAt(i) << (24 - 8 * (i & 3));
    W[text.length >> 2] |= 0x80 << (24 - 8 * (text.length & 3));
    W[15] = text.length * 8;
  }

  // Resolves to the number, or to null where there is none.
  function solved(words, hash, most) {
    const wanted = Int32Array.from(hash.match(/.{8}/g), (part) => parseInt(part, 16) | 0);
    const out = new Int32Array(8);
    const offset = Math.floor(Math.random() * (most + 1));
    let tried = 0;
    return new Promise((resolve) => {
      function slice() {
        const end = performance.now() + SLICE;
        while (tried <= most) {
          const number = (offset + tried++) % (most + 1);
          fill(`${words}.${number}`);
          compress(out);
          if (out[0] === wanted[0] && out.every((part, i) => part === wanted[i])) return resolve(number);
          if (!(tried & 255) && performance.now() > end) return setTimeout(slice, 0);
        }
        resolve(null);
      }
      slice();
    });
  }

  function prepare(input) {
    const form = input.form;
    const [until, random, hash, most, signature] = input.dataset.puzzle.split(".");
    const words = `${until}.${random}`;
    let work = null;

    const start = () => {
      work = work || solved(words, hash, Number(most)).then((number) => {
        if (number !== null) input.value = `${words}.${number}.${signature}`;
        input.dataset.ready = "";
      });
      return work;
    };
    for (const sign of ["focusin", "pointerdown", "input"]) form.addEventListener(sign, start, { once: true });

    let sent = false;
    form.addEventListener("submit", (event) => {
      if ("ready" in input.dataset || event.defaultPrevented) return;
      event.preventDefault();
      if (sent) return;
      sent = true;
      const said = document.createElement("p");
      said.setAttribute("role", "status");
      form.append(said);
      said.textContent = input.dataset.wait;
      const button = event.submitter;
      start().then(() => {
        said.remove();
        sent = false;
        if (form.requestSubmit) form.requestSubmit(button);
        else form.submit();
      });
    });
  }

  document.querySelectorAll("input[data-puzzle]").forEach(prepare);
})();
