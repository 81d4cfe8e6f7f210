// Draws [data-chart="id"] from the Vega-Lite specification in <script type="application/json" id="id">, without eval or inline style.
(() => {
  const draw = (figure) => {
    const source = document.getElementById(figure.dataset.chart);
    if (!source) return;
    window
      .vegaEmbed(figure, JSON.parse(source.textContent), {
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

  const start = (root) => root.querySelectorAll("[data-chart]:not([data-chart-on])").forEach((figure) => {
    figure.setAttribute("data-chart-on", "");
    draw(figure);
  });
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement ?? document));
})();
