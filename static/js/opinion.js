"use strict";

// Handling an opinion by keyboard, and words that outlive an ended session. The pages work without any of this.

const OFF = "liaison-opinion-keys-off";
const KEPT = "liaison-words:";
const KEPT_MS = 3 * 24 * 3600 * 1000;

const kept = {
  read(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* a full or closed store */ } },
  forget(match) {
    try { for (const key of Object.keys(localStorage)) if (key.startsWith(KEPT) && match(key)) localStorage.removeItem(key); } catch { /* nothing kept */ }
  },
};

// One letter opens an act. It is off where somebody types, and whoever does not want it turns it off for good.
const keyed = document.querySelectorAll("[data-key]");
const board = document.querySelector("[data-keys]");
if (keyed.length && board) {
  const box = board.querySelector("[data-keys-on]");
  const show = () => { for (const key of document.querySelectorAll("kbd.key")) key.hidden = !box.checked; };
  box.checked = !kept.read(OFF);
  board.hidden = false;
  show();
  box.addEventListener("change", () => { kept.write(OFF, !box.checked); show(); });
  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    for (const way of keyed) if (way.dataset.key === event.key.toLowerCase()) { event.preventDefault(); way.click(); return; }
  });
}

// Ctrl and Enter send the form that one types in.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("main form[method=post]");
  if (form) { event.preventDefault(); form.requestSubmit(form.querySelector(".sticky-actions button[type=submit]")); }
});

// What was typed into the large boxes stays on this machine until it was sent; names and telephones never do.
kept.forget((key) => !(Date.now() - (kept.read(key)?.at ?? 0) < KEPT_MS));
const person = document.querySelector("[data-words-of]")?.dataset.wordsOf;
const boxes = [...document.querySelectorAll("main form[method=post] textarea[data-kept]")];
if (person && boxes.length) {
  const key = (area) => `${KEPT}${person}:${location.pathname}:${area.name}`;
  for (const area of boxes) {
    const copy = kept.read(key(area));
    if (copy && area.value === area.defaultValue && !document.querySelector(".error-summary")) area.value = copy.words;
    area.addEventListener("input", () => kept.write(key(area), { at: Date.now(), words: area.value }));
  }
}
// The page that follows a form which was taken says whose words are not needed any more.
for (const done of document.querySelectorAll("[data-words-done]")) {
  kept.forget((key) => key.startsWith(`${KEPT}${done.dataset.wordsDone}`));
}
