/* The boxes that search as one types are drawn by a library, without the name of the field that they stand for. */
(function () {
  "use strict";

  function headOf(select) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const cell = select.closest("td[class*='field-']");
    if (label || !cell) return label;
    const column = cell.className.match(/field-(\w+)/)[1];
    return cell.closest("table").querySelector(`th.column-${column}`);
  }

  function nameBoxes() {
    document.querySelectorAll(".select2-selection[role=combobox]").forEach((box) => {
      const select = box.closest(".select2-container").previousElementSibling;
      const head = select && select.id && headOf(select);
      const shown = box.querySelector(".select2-selection__rendered");
      if (!head || !shown) return;
      head.id = head.id || `name-of-${select.id}`;
      box.setAttribute("aria-labelledby", `${head.id} ${shown.id}`);
      shown.setAttribute("aria-labelledby", head.id);
    });
  }

  // Django leaves a head without words over what an inline row is called, and over deleting where nobody may.
  document.querySelectorAll(".tabular thead th:empty").forEach((head) => head.setAttribute("role", "cell"));

  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  nameBoxes();
})();
