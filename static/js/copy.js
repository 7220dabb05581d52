// The button under a text copies it; the form behind it then only records that. Without this file the form hands the
// text out as a file.
for (const form of document.querySelectorAll("form[data-copy-form]")) {
  const text = document.getElementById(form.dataset.copyForm);
  const button = form.querySelector("[data-copy-word]");
  const said = form.querySelector("[role=status]");
  button.textContent = button.dataset.copyWord;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    said.textContent = (await copied(text)) ? form.dataset.copied : form.dataset.failed;
    fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => {});
  });
}

// A page that is not served over HTTPS has no clipboard, but an older way still works there.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text.value);
    return true;
  } catch {
    text.select();
    return document.execCommand("copy");
  }
}
