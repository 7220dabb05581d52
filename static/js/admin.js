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

  // A room is one of its station's: its box asks with the station that stands in the form, and lets go of another's.
  const jquery = window.django && window.django.jQuery;
  document.querySelectorAll("select[data-narrowed-by]").forEach((box) => {
    const other = document.getElementsByName(box.dataset.narrowedBy)[0];
    if (!jquery || !other) return;
    jquery.ajaxPrefilter((asked) => {
      const query = new URLSearchParams(asked.data);
      if (!query.has("app_label") || query.get("field_name") !== box.dataset.fieldName || !other.value) return;
      if (query.get("model_name") !== box.dataset.modelName) return;
      query.set(other.name, other.value);
      asked.data = query.toString();
    });
    jquery(other).on("change", () => { if (box.value) jquery(box).val(null).trigger("change"); });
  });

  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
  nameBoxes();
})();
