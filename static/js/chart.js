// Draws [data-chart="id"] from the Vega-Lite specification in <template id="id">, without eval or inline style.
(() => {
  const draw = (figure) => {
    const source = document.getElementById(figure.dataset.chart);
    if (!source) return;
    window
      .vegaEmbed(figure, JSON.parse(source.content.textContent), {
        ast: true,
        actions: false,
        defaultStyle: false,
        renderer: "svg",
        tooltip: { disableDefaultStyle: true },
      })
      .catch((error) => {
        // The table beside the chart holds the same data, so the page stays useful.
        figure.textContent = figure.dataset.wordsFailed ?? "";
        console.error(error);
      });
  };

  // The keyboard walks the rows of the table that holds the chart's data: each is read out, marked there, and opened by Enter.
  const walk = (figure) => {
    const words = document.querySelector(`[data-chart-row="${figure.getAttribute("aria-details")}"]`);
    const table = document.getElementById(figure.getAttribute("aria-details"));
    if (!words || !table) return;
    let current = -1;
    const rows = () => [...table.querySelectorAll("tbody tr")].filter((row) => row.querySelector("td"));
    const say = (row) => {
      table.querySelectorAll("[data-chart-current]").forEach((each) => each.removeAttribute("data-chart-current"));
      row.setAttribute("data-chart-current", "");
      words.textContent = [...row.cells]
        .map((cell) => [cell.dataset.label, cell.innerText.trim().replace(/\s+/g, " ")].filter(Boolean).join(" "))
        .join(" · ");
    };
    figure.addEventListener("keydown", (event) => {
      const all = rows();
      const steps = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: all.length - 1 };
      if (event.key in steps && all.length) {
        current = Math.min(Math.max(steps[event.key], 0), all.length - 1);
        say(all[current]);
        event.preventDefault();
      }
      if (event.key === "Enter") all[current]?.querySelector("a[href]")?.click();
    });
  };

  const start = (root) => root.querySelectorAll("[data-chart]:not([data-chart-on])").forEach((figure) => {
    figure.setAttribute("data-chart-on", "");
    draw(figure);
    walk(figure);
  });
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement ?? document));
})();
