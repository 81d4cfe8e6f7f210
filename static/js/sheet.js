// A sheet that saves itself: the signature covers what was saved last, and the page is loaded again when signing becomes possible or impossible.
(() => {
  const PART = "sign-off-part";
  let answered = null; // what the last save of the sheet was told
  let known = null; // the same when the part was last asked for

  const refresh = () => {
    const address = document.getElementById(PART).parentElement.getAttribute("hx-get");
    window.htmx.ajax("GET", address, { target: `#${PART}`, select: `#${PART}`, swap: "outerHTML" });
  };

  const take = ({ content_hash: hash, ready }) => {
    const card = document.getElementById("sign-off-card");
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
      refresh();
    }
  };

  document.addEventListener("autosave-refused", () => {
    const words = document.getElementById("sign-off-unsaved");
    if (!words) return;
    words.hidden = false;
    document.querySelector("[data-dialog='sign-off']")?.setAttribute("aria-disabled", "true");
  });

  document.addEventListener("autosaved", (event) => {
    answered = event.detail.answer;
    const unsaved = document.getElementById("sign-off-unsaved");
    if (unsaved && !unsaved.hidden) {
      unsaved.hidden = true;
      document.querySelector("[data-dialog='sign-off']")?.removeAttribute("aria-disabled");
    }
    take(answered);
    // The headings of the tables name the currency, and their prices are counted in it. The page is not loaded under the hands of who types.
    const told = document.getElementById("currency-changed");
    if (told && event.detail.names.includes("currency")) told.hidden = false;
  });

  // The part may have been asked for before the sheet was saved, and come after it.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target?.id === PART) known = answered;
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target?.id === PART && known !== answered) take(answered);
  });

  // Who signs before the sheet has saved itself signs what is saved then; where that is refused, nothing is signed, and the page says why.
  document.addEventListener(
    "submit",
    (event) => {
      const saving = document.querySelector("form[data-autosave]")?.autosave;
      const { target, submitter } = event;
      if (!target.closest("#sign-off") || !saving?.pending()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      saving.settled().then(() => (saving.pending() ? target.closest("dialog").close() : target.requestSubmit(submitter)));
    },
    true,
  );
})();
