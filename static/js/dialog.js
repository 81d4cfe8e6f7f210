// Native dialogs: [data-dialog="id"] opens, [data-dialog-close] or Esc closes, focus goes back to the opener.
(() => {
  const open = (dialog, opener) => {
    document.querySelectorAll("[popover]:popover-open").forEach((popover) => popover.hidePopover());
    dialog.addEventListener("close", () => opener?.isConnected && opener.focus(), { once: true });
    dialog.showModal();
    if (dialog.querySelector(".error-summary")) window.fieldErrors.focus(dialog);
    else dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea")?.focus();
  };

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.getElementById(opener.dataset.dialog);
      // A menu hides with its item: focus then returns to the button of the menu.
      const menu = opener.closest("[popover]:popover-open");
      const home = menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : opener;
      if (dialog && !dialog.open) open(dialog, home);
      return;
    }
    event.target.closest("[data-dialog-close]")?.closest("dialog")?.close();
  });

  // A button that is blocked stays focusable, so its press must be stopped here.
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest('button[aria-disabled="true"]')) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );

  // A dialog that the server sent back with errors (data-open) opens by itself.
  const openMarked = (root) =>
    root.querySelectorAll("dialog[data-open]").forEach((dialog) => {
      dialog.removeAttribute("data-open");
      if (!dialog.open) open(dialog, document.querySelector(`[data-dialog="${dialog.id}"]`));
    });
  openMarked(document);
  document.addEventListener("htmx:load", (event) => openMarked(event.detail.elt.parentElement ?? document));
})();
