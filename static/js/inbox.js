"use strict";

// Ticks every row of the page at once. Without this the rows are ticked one by one.
for (const all of document.querySelectorAll("input[data-all]")) {
  all.closest(".needs-js").hidden = false;
  const rows = () => document.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.addEventListener("change", () => rows().forEach((row) => { row.checked = all.checked; }));
}
