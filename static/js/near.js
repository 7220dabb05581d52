"use strict";

// The point goes to the server once, rounded to some ten metres, and is kept neither here nor there.
const button = document.querySelector("[data-near]");
const problem = document.querySelector(".near-problem");

if (button && navigator.geolocation && window.isSecureContext) {
  const label = button.querySelector("span");
  const words = label.textContent;
  button.parentElement.hidden = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    problem.hidden = true;
    label.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => { location.assign(`${button.dataset.near}?lat=${coords.latitude.toFixed(4)}&lng=${coords.longitude.toFixed(4)}`); },
      () => { button.disabled = false; label.textContent = words; problem.textContent = button.dataset.refused; problem.hidden = false; },
      { timeout: 10000, maximumAge: 60000 },
    );
  });
}
