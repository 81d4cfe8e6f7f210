// Says what happened when an htmx request does not succeed, and keeps the focus when one does. The words stand in the page (data-words-* on
// #refusal).
(() => {
  const regionFor = (element) =>
    element?.closest("dialog[open]")?.querySelector("[data-refusal-region]") ?? document.getElementById("refusal");

  const show = (region) => {
    region.scrollIntoView({ block: "nearest" });
    region.focus({ preventScroll: true });
  };

  const say = (element, words) => {
    const region = regionFor(element);
    if (!region) return;
    const box = document.createElement("div");
    box.className = "refusal";
    const line = document.createElement("p");
    line.textContent = words;
    box.append(line);
    region.replaceChildren(box);
    show(region);
  };

  // A new action clears the old refusal; a page that looks for news every few seconds does not.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.verb !== "get") regionFor(event.detail.elt)?.replaceChildren();
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, requestConfig } = event.detail;
    if (![403, 404, 409].includes(xhr.status)) return;
    const region = regionFor(requestConfig.elt);
    if (region) event.detail.target = region;
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.matches("[data-refusal-region]")) show(event.detail.target);
  });

  // What is drawn anew keeps what somebody typed or ticked there and has not sent.
  const note = ({ target }) => target.closest("[data-keeps-typed]")?.setAttribute("data-typed", "");
  document.addEventListener("input", note);
  document.addEventListener("change", note);
  document.addEventListener("htmx:oobBeforeSwap", ({ detail: { target, fragment } }) => {
    target.querySelectorAll("[data-typed]").forEach(({ id }) => fragment.querySelector(`#${id}`)?.setAttribute("hx-preserve", ""));
  });

  // What is drawn anew keeps the focus. Of what has an id htmx sees to it itself; a link or a button is found by what it says and does.
  const SAID = ["href", "type", "name", "value", "data-dialog", "aria-label"];
  const alike = (one, other) =>
    SAID.every((name) => one.getAttribute(name) === other.getAttribute(name)) && one.textContent.trim() === other.textContent.trim();
  const likeIn = (region, wanted) => [...region.querySelectorAll(wanted.localName)].filter((each) => alike(each, wanted));
  let focused = null;

  document.addEventListener("htmx:beforeSwap", () => {
    const element = document.activeElement;
    const region = element?.closest("[id]");
    const place = region && region !== element ? likeIn(region, element).indexOf(element) : -1;
    focused = place < 0 ? null : { element, place, region: region.id };
  });

  document.addEventListener("htmx:afterSwap", () => {
    if (!focused || focused.element.isConnected || document.activeElement !== document.body) return;
    const region = document.getElementById(focused.region);
    if (region) likeIn(region, focused.element)[focused.place]?.focus({ preventScroll: true });
  });

  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    if ([403, 404, 409].includes(status)) return;
    const words = document.getElementById("refusal")?.dataset ?? {};
    say(event.detail.elt, { 429: words.wordsTooMany, 503: words.wordsAway }[status] ?? words.wordsFailed);
  });

  document.addEventListener("htmx:sendError", (event) => {
    say(event.detail.elt, document.getElementById("refusal")?.dataset.wordsOffline ?? "");
  });
})();
