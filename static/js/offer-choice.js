// The options that are ticked on the page of an offer, and the price with them, as the dialog says them in which it is accepted.
(() => {
  const taken = document.querySelector("[data-offer-taken]");
  if (!taken) return;
  const total = taken.querySelector("[data-offer-total]");
  const places = (taken.dataset.base.split(".")[1] ?? "").length;
  const unit = 10n ** BigInt(places);
  // Exact: amounts are counted in the smallest unit of the currency as whole numbers.
  const units = (text) => {
    const [whole, part = ""] = text.replace(/,/g, "").split(".");
    return BigInt(whole) * unit + BigInt(part.slice(0, places).padEnd(places, "0") || "0");
  };
  const shown = (value) => {
    const whole = (value / unit).toLocaleString("en");
    return places ? `${whole}.${String(value % unit).padStart(places, "0")}` : whole;
  };
  const boxes = [...document.querySelectorAll("input[name='options'][form='accept-form']")];
  const say = () => {
    let sum = units(taken.dataset.base);
    boxes.forEach((box) => {
      const row = taken.querySelector(`[data-option="${box.value}"]`);
      row.querySelector("[data-taken]").hidden = !box.checked;
      row.querySelector("[data-left]").hidden = box.checked;
      if (box.checked) sum += units(box.dataset.amount);
    });
    total.textContent = shown(sum);
  };
  boxes.forEach((box) => box.addEventListener("change", say));
  say(); // a browser that comes back to the page keeps what was ticked
})();
