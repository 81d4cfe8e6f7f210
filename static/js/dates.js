// A browser shows a date field in its own order of day and month; the words below it (12 Mar 2026) leave no doubt.
(() => {
  const words = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
    day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
  });

  const show = (field) => {
    if (!field.dataset.dateWords) {
      const line = document.createElement("output");
      line.id = `${field.id || field.name}_words`;
      line.className = "date-words";
      line.setAttribute("aria-live", "off");
      field.insertAdjacentElement("afterend", line);
      field.dataset.dateWords = line.id;
    }
    const line = document.getElementById(field.dataset.dateWords);
    if (line) line.textContent = Number.isNaN(field.valueAsNumber) ? "" : words.format(field.valueAsNumber).replace("Sept", "Sep");
  };

  document.addEventListener("input", (event) => event.target.matches('input[type="date"]') && show(event.target));
  document.querySelectorAll('input[type="date"]').forEach(show);
  document.addEventListener("htmx:load", (event) => event.detail.elt.querySelectorAll('input[type="date"]').forEach(show));
})();
