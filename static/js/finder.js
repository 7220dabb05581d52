"use strict";

// Empty boxes do not belong in an address that people pass on.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("form.finder")) return;
  const asked = event.detail.parameters;
  for (const name of Object.keys(asked)) if (asked[name] === "") delete asked[name];
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.finder")) return;
  for (const box of event.target.elements) if (box.name && box.value === "") { box.disabled = true; setTimeout(() => { box.disabled = false; }, 0); }
});

// The red edge of a wrong field goes when its message goes.
document.addEventListener("htmx:afterSettle", () => {
  for (const problem of document.querySelectorAll("form.finder .problem")) {
    const wrong = problem.children.length > 0;
    const box = problem.parentElement.querySelector("input, select");
    problem.parentElement.classList.toggle("field-wrong", wrong);
    if (wrong) { box.setAttribute("aria-invalid", "true"); box.setAttribute("aria-describedby", problem.id); } else { box.removeAttribute("aria-invalid"); }
  }
});
