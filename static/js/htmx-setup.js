// Says what happened when an htmx request does not succeed. The words stand in the page (data-words-* on #refusal).
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
