"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
    button.textContent = button.dataset.copied;
  });
}

// A row of tabs wider than the phone begins at the tab one is on, not at its first.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  const row = here.closest(".tabs");
  row.scrollLeft += here.getBoundingClientRect().right - row.getBoundingClientRect().right + here.offsetWidth;
}

// A filter that has a button works without this; with it, choosing is enough.
document.addEventListener("change", (event) => {
  if (event.target.closest("form[data-autosubmit]")) event.target.form.requestSubmit();
});

// Two clicks must not make two records. The button is released when the page comes back from history, or after a while
// where the page stays because a file is sent.
const FILE_MS = 3000;
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  const button = event.submitter;
  if (!button) return;
  setTimeout(() => { button.disabled = true; button.dataset.held = ""; }, 0);
  if ("download" in event.target.dataset) setTimeout(() => { button.disabled = false; }, FILE_MS);
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[data-held]")) button.disabled = false;
});

// An open menu closes when attention goes elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) { menu.open = false; menu.querySelector("summary").focus(); }
});

