// Price lines: a set of rows (row-sets.js) whose total follows what is typed, with as many decimals as its currency has.
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
    const body = form.querySelector("[data-lines]");
    const recount = (rows) => {
      const amounts = rows.filter(left).map((row) => cents(row.querySelector("[name$='-amount']").value));
      total.textContent = amounts.includes(null) ? "–" : shown(amounts.reduce((all, amount) => all + amount, 0n), total.dataset.currency);
    };
    window.rowSet(form, {
      name: "lines",
      body,
      template: form.querySelector("template[data-line]"),
      add: form.querySelector("[data-add-line]"),
      first: "[name$='-description']",
      remover: "[data-remove-line]",
      recount,
    });
    form.classList.add("has-script");
  });
})();
