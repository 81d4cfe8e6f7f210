// Rows of a form's set are added and removed in place. Without script the form's own buttons do it.
window.rowSet = (form, { name, body, template, add, first, remover, recount }) => {
  const count = form.querySelector(`[name='${name}-TOTAL_FORMS']`);
  const rows = () => [...body.querySelectorAll("tr")];
  const append = () => {
    const number = Number(count.value);
    const row = template.content.firstElementChild.cloneNode(true);
    row.querySelectorAll("[name], [id], [for]").forEach((item) => {
      ["name", "id", "for"].filter((key) => item.hasAttribute(key)).forEach((key) => item.setAttribute(key, item.getAttribute(key).replace("__prefix__", number)));
    });
    count.value = number + 1;
    body.append(row);
    return row;
  };
  // The row stays in the form and is marked as removed, so that the numbering of the others holds.
  const remove = (row) => {
    const next = rows().filter((other) => other !== row && !other.hidden).at(-1);
    row.querySelector("[name$='-DELETE']").checked = true;
    row.hidden = true;
    recount(rows());
    (next?.querySelector(first) ?? add).focus();
  };

  add.addEventListener("click", (event) => {
    event.preventDefault();
    append().querySelector("input, select").focus();
  });
  body.addEventListener("click", (event) => {
    const button = event.target.closest(remover);
    if (button) remove(button.closest("tr"));
  });
  // Enter in a row goes to the next one instead of sending the form half-written.
  body.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches("input")) return;
    event.preventDefault();
    const left = rows().filter((row) => !row.hidden);
    const next = left[left.indexOf(event.target.closest("tr")) + 1] ?? append();
    next.querySelector("input, select").focus();
  });
  body.addEventListener("input", () => recount(rows()));
  body.addEventListener("change", (event) => {
    if (event.target.name?.endsWith("-DELETE")) event.target.closest("tr").hidden = event.target.checked;
  });
  form.addEventListener("draft:rows", (event) => {
    const numbers = event.detail.names.map((each) => new RegExp(`^${name}-(\\d+)-`).exec(each)).filter(Boolean).map((found) => Number(found[1]));
    while (Number(count.value) <= Math.max(-1, ...numbers)) append();
  });
  recount(rows());
};
