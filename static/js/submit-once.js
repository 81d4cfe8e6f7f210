// A second press of a button while the first is under way sends nothing; coming back to the page releases it.
(() => {
  const RELEASE = 15000;

  const release = (form) => form.removeAttribute("data-sending");

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.closest("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return;
    if (form.hasAttribute("data-sending")) {
      event.preventDefault();
      return;
    }
    form.setAttribute("data-sending", "");
    window.setTimeout(() => release(form), RELEASE);
  });

  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sending]").forEach(release));
})();
