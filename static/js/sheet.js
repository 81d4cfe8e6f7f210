// A sheet that saves itself: the signature covers what was saved last, and the page is loaded again when signing becomes possible or impossible.
document.addEventListener("autosave-refused", () => {
  const words = document.getElementById("sign-off-unsaved");
  if (!words) return;
  words.hidden = false;
  document.querySelector("[data-dialog='sign-off']")?.setAttribute("aria-disabled", "true");
});

document.addEventListener("autosaved", (event) => {
  const unsaved = document.getElementById("sign-off-unsaved");
  if (unsaved && !unsaved.hidden) {
    unsaved.hidden = true;
    document.querySelector("[data-dialog='sign-off']")?.removeAttribute("aria-disabled");
  }
  const card = document.getElementById("sign-off-card");
  const { content_hash: hash, ready } = event.detail.answer;
  if (!card || hash === undefined) return;
  const expected = document.querySelector("#sign-off [name=expected_hash]");
  const shown = document.querySelector("#sign-off .hash");
  if (expected && hash) expected.value = hash;
  if (shown && hash) {
    shown.textContent = `${hash.slice(0, 16)}…`;
    shown.title = hash;
  }
  // Without a hash somebody else wrote what this page does not show: the part says who.
  if (!hash || (card.dataset.ready === "yes") !== ready) {
    card.dataset.ready = ready ? "yes" : "no";
    window.htmx.ajax("GET", document.getElementById("sign-off-part").parentElement.getAttribute("hx-get"), { target: "#sign-off-part", select: "#sign-off-part", swap: "outerHTML" });
  }
});
