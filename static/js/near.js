"use strict";

// The point goes to the server once, rounded to some ten metres, and is kept neither here nor there: not in the address,
// not in the history, not in any storage.
const button = document.querySelector("[data-near]");
const problem = document.querySelector(".near-problem");

if (button && navigator.geolocation && window.isSecureContext) {
  const label = button.querySelector("span");
  const words = label.textContent;
  button.parentElement.hidden = false;

  const rest = (said) => { button.disabled = false; label.textContent = words; problem.textContent = said; };

  const show = async ({ coords }) => {
    const body = new URLSearchParams({ lat: coords.latitude.toFixed(4), lng: coords.longitude.toFixed(4) });
    try {
      const answer = await fetch(button.dataset.near, { method: "POST", body, cache: "no-store" });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const found = document.getElementById("near-found");
      found.replaceWith(document.adoptNode(page.getElementById("near-found")));
      rest(coords.accuracy > 1000 ? button.dataset.rough.replace("{n}", Math.round(coords.accuracy / 1000)) : "");
      document.getElementById("near-found").focus();
    } catch {
      rest(button.dataset.offline);
    }
  };

  button.addEventListener("click", () => {
    button.disabled = true;
    problem.textContent = "";
    label.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      show,
      ({ code }) => rest([button.dataset.unavailable, button.dataset.refused, button.dataset.unavailable, button.dataset.timeout][code]),
      { timeout: 10000, maximumAge: 60000 },
    );
  });
} else {
  document.querySelector(".near-unable").hidden = false;
}
