// The editor injects its style sheet unless it finds one. Ours is css/editor.css, and the content policy takes no other:
// an element of this name that is not of HTML is found and styles nothing.
(() => {
  const standIn = document.createElementNS("urn:stand-in", "style");
  standIn.setAttribute("data-tiptap-style", "");
  document.head.append(standIn);
})();

// The menu shows by its looks alone that a button cannot be used; whoever hears the page is told too.
function tellDisabled(frame) {
  const tell = () => {
    for (const button of frame.querySelectorAll(".prose-menubar__button")) {
      button.setAttribute("aria-disabled", button.classList.contains("disabled"));
    }
  };
  new MutationObserver(tell).observe(frame, { subtree: true, childList: true, attributeFilter: ["class"] });
  tell();
}

// Gives the rich-text editor the name of its field, and the focus to whoever presses the label.
document.addEventListener("prose-editor:ready", (event) => {
  const { editor, textarea } = event.detail;
  tellDisabled(editor.view.dom.closest(".prose-editor"));
  const label = document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`);
  if (!label) return;
  editor.view.dom.setAttribute("aria-label", label.textContent.trim());
  label.addEventListener("click", () => editor.commands.focus());
});
