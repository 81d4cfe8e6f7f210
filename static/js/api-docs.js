// What Swagger UI lacks for the keyboard and for whoever hears the page.
{
  // The path of an operation stands inside the button that opens it, which writes the address: a link there would be one control in another.
  const plainPaths = ({ React }) => ({ components: { DeepLink: ({ text }) => React.createElement("span", null, text) } });
  SwaggerUIBundle.presets.apis = [SwaggerUIBundle.presets.apis, plainPaths];

  // A choice has the name of its parameter, and what scrolls sideways can be reached.
  const name = () => {
    for (const choice of document.querySelectorAll("#swagger-ui tr[data-param-name] select")) {
      choice.setAttribute("aria-label", choice.closest("tr").dataset.paramName);
    }
    for (const example of document.querySelectorAll("#swagger-ui pre")) example.tabIndex = 0;
  };
  new MutationObserver(name).observe(document.getElementById("swagger-ui"), { subtree: true, childList: true });
}
