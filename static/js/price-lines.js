// Price lines of a change order are added and removed in place, and their total follows what is typed, with as many decimals as its currency
// has. Without script the form's own buttons do it.
(() => {
  // Exact to the cent: amounts are counted in hundredths as whole numbers; null for what the server will refuse.
  const POINT = /^([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,3}(?:[ '’]\d{3})+|\d+)(?:\.(\d{0,2}))?$/;
  const COMMA = /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d{1,3}(?:[ '’]\d{3})+|\d+),(\d{1,2})$/;
  const cents = (text) => {
    const typed = text.trim().replace(/[\u00a0\u2009\u202f]/g, " ").replace("−", "-");
    if (!typed) return 0n;
    const found = POINT.exec(typed) ?? COMMA.exec(typed);
    if (!found) return null;
    const size = BigInt(found[2].replace(/\D/g, "")) * 100n + BigInt((found[3] ?? "").padEnd(2, "0"));
    return found[1] === "-" ? -size : size;
  };
  // Of the yen there are no hundredths; where some were typed the server refuses them, so they are not hidden here.
  const hasCents = (currency) => !currency || new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().minimumFractionDigits > 0;
  const shown = (value, currency) => {
    const size = value < 0n ? -value : value;
    const whole = (size / 100n).toLocaleString(document.documentElement.lang || "en");
    const part = size % 100n || hasCents(currency) ? `.${String(size % 100n).padStart(2, "0")}` : "";
    return `${value < 0n ? "-" : ""}${whole}${part}`;
  };

  const left = (row) => !row.querySelector("[name$='-DELETE']")?.checked;

  document.querySelectorAll("form[data-price-lines]").forEach((form) => {
    const total = form.querySelector("[data-total]");
    const lines = form.querySelector("[data-lines]");
    const template = form.querySelector("template[data-line]");
    const add = form.querySelector("[data-add-line]");
    const count = form.querySelector("[name='lines-TOTAL_FORMS']");
    const rows = () => [...lines.querySelectorAll("tr")];
    const append = () => {
      const number = Number(count.value);
      const row = template.content.firstElementChild.cloneNode(true);
      row.querySelectorAll("[name], [id], [for]").forEach((item) => {
        ["name", "id", "for"].filter((key) => item.hasAttribute(key)).forEach((key) => item.setAttribute(key, item.getAttribute(key).replace("__prefix__", number)));
      });
      count.value = number + 1;
      lines.append(row);
      return row;
    };
    const recount = () => {
      const amounts = rows().filter(left).map((row) => cents(row.querySelector("[name$='-amount']").value));
      total.textContent = amounts.includes(null) ? "–" : shown(amounts.reduce((all, amount) => all + amount, 0n), total.dataset.currency);
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
      append().querySelector("input, select").focus();
    });
    lines.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove-line]");
      if (button) remove(button.closest("tr"));
    });
    // Enter in a row goes to the next one instead of sending the form half-written.
    lines.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches("input")) return;
      event.preventDefault();
      const there = rows().filter((row) => !row.hidden);
      const next = there[there.indexOf(event.target.closest("tr")) + 1] ?? append();
      next.querySelector("input, select").focus();
    });
    lines.addEventListener("input", recount);
    lines.addEventListener("change", (event) => {
      if (event.target.name?.endsWith("-DELETE")) event.target.closest("tr").hidden = event.target.checked;
    });
    form.addEventListener("draft:rows", (event) => {
      const numbers = event.detail.names.map((each) => /^lines-(\d+)-/.exec(each)).filter(Boolean).map((found) => Number(found[1]));
      while (Number(count.value) <= Math.max(-1, ...numbers)) append();
    });
    recount();
    form.classList.add("has-script");
  });
})();
