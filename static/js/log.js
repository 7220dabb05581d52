"use strict";

// Logging a visit on a phone: saved here and on the server as it is typed, photos sent one by one. The form works
// without any of this; with it, neither a dead network nor an ended session costs a word.

const PREFIX = "liaison-log:";
const KEPT_MS = 14 * 24 * 3600 * 1000;
const PAUSE_MS = 1200;
const RETRY_MS = 15000;
const MOST_BYTES = 15 * 1024 * 1024;

const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, copy) { try { localStorage.setItem(key, JSON.stringify(copy)); } catch { /* a full or closed store */ } },
  forget(match) {
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && match(key)) localStorage.removeItem(key);
    } catch { /* a closed store has nothing to forget */ }
  },
};

store.forget((key) => !(Date.now() - (store.read(key)?.at ?? 0) < KEPT_MS));
for (const done of document.querySelectorAll("[data-log-done]")) {
  store.forget((key) => key.startsWith(`${PREFIX}${done.dataset.logDone}:`));
}

class Ended extends Error {}
class Refused extends Error {}

// The server's JSON answer. A sign-in page or a stale token in its place means that the session is over.
async function post(url, data) {
  const response = await fetch(url, { method: "POST", body: data, redirect: "manual", headers: { Accept: "application/json" } });
  if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) throw new Ended();
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) throw new Error(`${response.status}`);
  const answer = await response.json();
  if (!response.ok) throw new Refused(answer.message);
  return answer;
}

class Log {
  constructor(form) {
    this.form = form;
    this.key = `${PREFIX}${form.dataset.log}:${form.dataset.person}`;
    this.skew = Number(form.dataset.now) * 1000 - Date.now(); // a phone's clock may be wrong; the server's counts
    this.saving = null;
    this.restore();
    form.addEventListener("input", () => this.changed());
    form.addEventListener("change", (event) => { if (event.target.type !== "file") this.changed(); });
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.save());
    window.addEventListener("offline", () => { if (this.dirty) this.say("offline"); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && this.dirty) this.save(); });
  }

  get data() {
    const values = { came: [], voters_received: "", summary: "", result: "" };
    for (const [name, value] of new FormData(this.form)) {
      if (name === "came") values.came.push(value);
      else if (name in values) values[name] = value;
    }
    return values;
  }

  get dirty() { return store.read(this.key)?.dirty ?? false; }

  // Whichever is newer fills the form: what the server kept, or what stayed on this phone.
  restore() {
    const copy = store.read(this.key);
    if (!copy?.dirty || "bound" in this.form.dataset) return;
    if (copy.at < Number(this.form.dataset.saved) * 1000) { store.write(this.key, { ...copy, dirty: false }); return; }
    for (const box of this.form.querySelectorAll("input[name=came]")) box.checked = copy.data.came.includes(box.value);
    for (const name of ["voters_received", "summary", "result"]) this.form.elements[name].value = copy.data[name] ?? "";
    for (const more of this.form.querySelectorAll("details")) more.open ||= more.querySelector("input:checked") !== null;
    this.save();
  }

  changed() {
    store.write(this.key, { at: Date.now() + this.skew, data: this.data, dirty: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE_MS);
  }

  // One save at a time, so that an older one cannot arrive after a newer; true when the server has everything.
  async save() {
    clearTimeout(this.timer);
    if (this.saving) { await this.saving; }
    this.saving = this.send();
    const saved = await this.saving;
    this.saving = null;
    return saved;
  }

  async send() {
    const copy = store.read(this.key) ?? { at: Date.now() + this.skew, data: this.data };
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    for (const [name, value] of Object.entries(this.data)) for (const one of [value].flat()) body.append(name, one);
    try {
      const answer = await post(this.form.dataset.draftUrl, body);
      if ((store.read(this.key)?.at ?? copy.at) === copy.at) store.write(this.key, { ...copy, dirty: false });
      this.say("saved", answer.saved_at);
      return true;
    } catch (error) {
      if (error instanceof Ended) this.say("ended");
      else if (error instanceof Refused) this.say("refused", error.message);
      else { this.say("offline"); this.timer = setTimeout(() => this.save(), RETRY_MS); }
      return false;
    }
  }

  say(state, detail) {
    const line = this.form.querySelector(".save-state");
    line.dataset.state = state;
    for (const words of line.querySelectorAll("[data-when]")) words.hidden = words.dataset.when !== state;
    if (state === "refused") line.querySelector("[data-when=refused]").textContent = detail;
    if (state === "saved") {
      const time = new Date(detail);
      line.querySelector("[data-saved-time]").textContent = `${time.getHours()}:${String(time.getMinutes()).padStart(2, "0")}`;
    }
  }

  // The form leaves the page only when the server is there to take it.
  async submit(event) {
    if (event.submitter && "photoDelete" in event.submitter.dataset) return;
    event.preventDefault();
    const button = this.form.querySelector("[data-submit]");
    if (this.photos?.pending) { this.photos.tell("pending"); return; }
    button.disabled = true;
    store.write(this.key, { at: Date.now() + this.skew, data: this.data, dirty: true });
    const saved = await this.save();
    // A refusal (logged by somebody meanwhile) is better said by the page itself.
    if (saved || this.form.querySelector(".save-state").dataset.state === "refused") this.form.submit();
    else { button.disabled = false; this.form.querySelector(".save-state").scrollIntoView({ block: "center" }); }
  }
}

class Photos {
  constructor(log) {
    this.log = log;
    this.form = log.form;
    this.list = this.form.querySelector("[data-photo-list]");
    this.input = this.form.querySelector("input[type=file]");
    this.words = this.form.querySelector("[data-words]").dataset;
    this.queue = [];
    this.busy = false;
    this.form.querySelector("[data-photo-add]").hidden = false; // the browser's own control may speak another language
    this.input.classList.add("visually-hidden");
    this.input.addEventListener("change", () => this.take([...this.input.files]));
    this.list.addEventListener("click", (event) => this.click(event));
    window.addEventListener("online", () => { for (const row of this.list.children) if (row.waiting) this.enqueue(row); });
  }

  get pending() { return [...this.list.children].some((row) => row.file); }

  tell(word) { this.form.querySelector("[data-photo-message]").textContent = word ? this.words[word] : ""; }

  take(files) {
    const room = Number(this.form.dataset.mostPhotos) - this.list.children.length;
    this.tell(files.length > room ? "full" : "");
    for (const file of files.slice(0, Math.max(room, 0))) {
      const row = this.form.querySelector("[data-photo-row]").content.firstElementChild.cloneNode(true);
      row.file = file;
      row.querySelector(".photo-name").textContent = file.name;
      this.list.append(row);
      if (file.size > MOST_BYTES) this.fail(row, this.words.large, false);
      else this.enqueue(row);
    }
    this.input.value = ""; // sent by us; with the form they would arrive a second time
  }

  enqueue(row) {
    row.waiting = false;
    this.show(row, { progress: true });
    this.queue.push(row);
    this.run();
  }

  async run() {
    if (this.busy) return;
    this.busy = true;
    while (this.queue.length) await this.upload(this.queue.shift());
    this.busy = false;
  }

  upload(row) {
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
      body.append("photo", row.file);
      request.upload.onprogress = (event) => { row.querySelector("progress").value = (100 * event.loaded) / event.total; };
      request.onerror = () => { row.waiting = true; this.fail(row, this.words.offline, true); done(); };
      request.onload = () => { this.answered(row, request); done(); };
      request.open("POST", this.form.dataset.photoUrl);
      request.setRequestHeader("Accept", "application/json");
      request.send(body);
    });
  }

  answered(row, request) {
    const json = request.getResponseHeader("Content-Type")?.startsWith("application/json");
    const answer = json ? JSON.parse(request.responseText) : {};
    if (request.status === 201) this.uploaded(row, answer);
    else if (json) this.fail(row, answer.message, false);
    else if (request.status === 403 || request.status === 200) { this.fail(row, this.words.ended, true); this.log.say("ended"); }
    else this.fail(row, this.words.failed, true);
  }

  uploaded(row, answer) {
    row.file = null;
    const image = row.querySelector("img");
    image.src = answer.thumbnail;
    image.alt = row.querySelector(".photo-name").textContent;
    row.querySelector(".photo-name").textContent = "";
    row.querySelector("[data-photo-delete]").setAttribute("formaction", answer.delete);
    this.show(row, { image: true, remove: true });
    this.tell("done");
  }

  fail(row, message, again) {
    row.querySelector(".photo-error").textContent = message;
    this.show(row, { error: true, retry: again, drop: true });
  }

  show(row, { progress = false, image = false, error = false, retry = false, drop = false, remove = false }) {
    row.querySelector("progress").hidden = !progress;
    row.querySelector("img").hidden = !image;
    row.querySelector(".photo-error").hidden = !error;
    row.querySelector("[data-photo-retry]").hidden = !retry;
    row.querySelector("[data-photo-drop]").hidden = !drop;
    row.querySelector("[data-photo-delete]").hidden = !remove;
  }

  async click(event) {
    const button = event.target.closest("button");
    const row = event.target.closest("[data-photo]");
    if (!button) return;
    if ("photoRetry" in button.dataset) this.enqueue(row);
    if ("photoDrop" in button.dataset) { row.remove(); this.tell(""); }
    if ("photoDelete" in button.dataset) { event.preventDefault(); await this.remove(row, button); }
  }

  async remove(row, button) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    button.disabled = true;
    try {
      await post(button.getAttribute("formaction"), body);
      row.remove();
      this.tell("");
    } catch (error) {
      button.disabled = false;
      this.log.say(error instanceof Ended ? "ended" : error instanceof Refused ? "refused" : "offline", error.message);
    }
  }
}

function steppers(form) {
  for (const button of form.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const input = form.elements.voters_received;
      input.value = Math.min(10000, Math.max(0, (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step)));
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

// A chip begins a line with its topic; the caret stands where the words go on.
function topics(form) {
  const chips = form.querySelector("[data-topics]");
  chips.hidden = false;
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-topic]");
    if (!chip) return;
    const text = form.elements.summary;
    text.value = [text.value.trimEnd(), chip.dataset.topic].filter(Boolean).join("\n");
    if ("voters" in chip.dataset && !form.elements.voters_received.value) form.elements.voters_received.value = chip.dataset.voters;
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  });
}

function peopleSearch(form) {
  const box = form.querySelector("[data-people-search]");
  if (!box) return;
  box.hidden = false;
  box.querySelector("input").addEventListener("input", (event) => {
    event.stopPropagation(); // looking for somebody is not a change of the log
    const term = event.target.value.trim().toLowerCase();
    for (const row of box.parentElement.querySelectorAll("[data-person-row]")) {
      row.hidden = !row.dataset.personRow.toLowerCase().includes(term) && !row.querySelector("input").checked;
    }
  });
}

const form = document.querySelector("form[data-log]");
if (form) {
  steppers(form);
  topics(form);
  peopleSearch(form);
  const log = new Log(form);
  log.photos = new Photos(log);
}
