// Price lines: rows are added and removed in place, and the total follows what is typed. Without script the form's own buttons do it.
(() => {
  // Exact to the cent: amounts are counted in hundredths as whole numbers.
  const cents = (text) => {
    const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text.trim());
    const size = found ? BigInt(found[2]) * 100n + BigInt((found[3] ?? "").padEnd(2, "0")) : 0n;
    return found?.[1] ? -size : size;
  };
  const shown = (value) => {
    const size = value < 0n ? -value : value;
    const whole = (size / 100n).toLocaleString(document.documentElement.lang || "en");
    return `${value < 0n ? "-" : ""}${whole}.${String(size % 100n).padStart(2, "0")}`;
  };

  const start = (form) => {
    const body = form.querySelector("[data-lines]");
    const template = form.querySelector("template[data-line]");
    const total = form.querySelector("[data-total]");
    const count = form.querySelector("[name$='-TOTAL_FORMS']");
    const add = form.querySelector("[data-add-line]");

    const rows = () => [...body.querySelectorAll("tr")];
    const removed = (row) => row.querySelector("[name$='-DELETE']")?.checked;
    const recount = () => {
      const sum = rows().filter((row) => !removed(row)).reduce((all, row) => all + cents(row.querySelector("[name$='-amount']").value), 0n);
      total.textContent = shown(sum);
    };
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
      recount();
      (next?.querySelector("[name$='-description']") ?? add).focus();
    };

    add.addEventListener("click", (event) => {
      event.preventDefault();
      append().querySelector("select, input").focus();
    });
    body.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-line]");
      if (button) remove(button.closest("tr"));
    });
    // Enter in a row goes to the next one instead of sending the form half-written.
    body.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches("input[type='text'], input[type='number']")) return;
      event.preventDefault();
      const left = rows().filter((row) => !row.hidden);
      const next = left[left.indexOf(event.target.closest("tr")) + 1] ?? append();
      next.querySelector("select, input").focus();
    });
    body.addEventListener("input", recount);
    form.classList.add("has-script");
    recount();
  };

  document.querySelectorAll("form[data-price-lines]").forEach(start);
})();
