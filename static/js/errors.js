// One way to refuse a form, whoever finds the fault, the server or this script: a summary on top whose links lead to the fields,
// red fields with their words, and the focus in the first of them. The words stand at this script's element (data-words-*).
(() => {
  const words = document.currentScript.dataset;
  const CONTROLS = "input, select, textarea";

  const controlOf = (element) => (element.matches(CONTROLS) ? element : element.querySelector(CONTROLS));
  const wrongIn = (root) =>
    [...root.querySelectorAll(":is([aria-invalid='true'], .is-invalid)")].map(controlOf).find((field) => field?.checkVisibility());

  const focus = (root) => {
    const summary = root.querySelector(".error-summary");
    (wrongIn(summary?.closest("form, dialog, main") ?? root) ?? summary)?.focus();
  };

  const labelOf = (field) => {
    const ticked = field.type === "checkbox" || field.type === "radio";
    const label = (ticked && field.closest("fieldset")?.querySelector("legend")) || field.labels?.[0];
    return (field.getAttribute("aria-label") ?? label?.firstChild?.textContent ?? "").trim() || field.name;
  };

  // Red, with the words below it; without words the field is right again.
  const mark = (field, said) => {
    const id = `${field.id || field.name}_said`;
    document.getElementById(id)?.remove();
    field.classList.toggle("is-invalid", Boolean(said));
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((item) => item && item !== id);
    if (said) {
      const line = document.createElement("div");
      line.id = id;
      line.className = "invalid-feedback";
      line.textContent = said;
      ((field.type === "checkbox" && field.closest(".form-check")) || field).insertAdjacentElement("afterend", line);
      described.push(id);
      field.setAttribute("aria-invalid", "true");
    } else {
      field.removeAttribute("aria-invalid");
    }
    if (described.length) field.setAttribute("aria-describedby", described.join(" "));
    else field.removeAttribute("aria-describedby");
  };

  const linkTo = (field) => {
    const link = document.createElement("a");
    if (field.id) link.href = `#${field.id}`;
    link.textContent = labelOf(field);
    return link;
  };

  const summarise = (form, wrong) => {
    const box = document.createElement("div");
    box.className = "error-summary";
    box.setAttribute("role", "alert");
    box.tabIndex = -1;
    const title = document.createElement("h2");
    title.textContent = words.wordsTitle;
    const list = document.createElement("ul");
    wrong.forEach((said, field) => {
      const line = document.createElement("li");
      line.append(linkTo(field), `: ${said}`);
      list.append(line);
    });
    box.append(title, list);
    form.querySelector(".error-summary")?.remove();
    form.prepend(box);
  };

  // A form that the server judges (novalidate) is stopped only by what would arrive as nothing: half a date.
  const complaint = (field, strict) => {
    const { validity } = field;
    if (!validity || !field.checkVisibility() || (!strict && !validity.badInput)) return "";
    return validity.valueMissing ? words.wordsRequired : field.validationMessage;
  };

  const judge = (form) => {
    const strict = form.hasAttribute("data-judged-here");
    const seen = new Set();
    const wrong = new Map();
    [...form.elements].filter((field) => field.willValidate).forEach((field) => {
      const said = complaint(field, strict);
      if (!said && field.id && document.getElementById(`${field.id}_said`)) mark(field, "");
      if (said && !seen.has(field.name)) wrong.set(field, said);
      if (said) seen.add(field.name);
    });
    return wrong;
  };

  document.addEventListener(
    "submit",
    (event) => {
      if (event.submitter?.formNoValidate || event.target.method !== "post") return;
      const wrong = judge(event.target);
      if (!wrong.size) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      wrong.forEach((said, field) => mark(field, said));
      summarise(event.target, wrong);
      focus(event.target);
    },
    true,
  );

  document.addEventListener("click", (event) => {
    const link = event.target.closest(":is(.error-summary, [data-save-state]) a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    (controlOf(field) ?? field).focus();
  });

  const takeOver = (root) =>
    root.querySelectorAll("form[method=post]:not([novalidate])").forEach((form) => {
      form.noValidate = true;
      form.setAttribute("data-judged-here", "");
    });

  window.fieldErrors = { mark, linkTo, focus };
  takeOver(document);
  if (!document.querySelector("dialog[data-open]") && document.querySelector(".error-summary")) focus(document);
  document.addEventListener("htmx:afterSettle", (event) => event.detail.elt.querySelector(".error-summary") && focus(event.detail.elt));
  document.addEventListener("htmx:load", (event) => takeOver(event.detail.elt.parentElement ?? document));
})();
