// [data-copy="id"] copies the text of that field or element; where the browser refuses, the text is selected for the person.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    button.textContent = button.dataset.copied;
  } catch {
    window.getSelection().selectAllChildren(source);
    source.select?.();
  }
});
