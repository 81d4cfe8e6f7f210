// The list below a cell whose value is chosen from one: all of it when the cell opens, then what holds the typed words. The keyboard
// stays in the field; arrow keys go through the list.
window.sheetList = (() => {
  const WAIT = 150; // milliseconds after the last letter before the server is asked
  let made = 0;
  let closeLast = () => {}; // one list at a time

  // names: what may be chosen; ask(words): gives them, where the server knows, and what to say where there are more. isBegun: a letter opened the cell. pick(): a click chose.
  const open = (input, cell, { names, ask, isBegun, pick }) => {
    const list = document.createElement("ul");
    let shown = [];
    let active = -1;
    list.id = `offered-${(made += 1)}`;
    list.className = "sheet-offered";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.getAttribute("aria-label"));
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id })) input.setAttribute(name, value);

    const mark = (place) => {
      active = place;
      [...list.children].forEach((each, at) => each.setAttribute("aria-selected", String(at === active)));
      input.toggleAttribute("aria-activedescendant", active >= 0);
      if (active < 0) return;
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    };

    const show = (found, more = "") => {
      shown = found;
      list.dataset.more = more;
      list.replaceChildren(
        ...found.map((name, place) => {
          const option = Object.assign(document.createElement("li"), { id: `${list.id}-${place}`, textContent: name });
          option.setAttribute("role", "option");
          return option;
        }),
      );
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      mark(found.indexOf(input.value));
      lay();
    };

    // Below the cell; above it where the window ends, or where it is said below what is wrong.
    const lay = () => {
      const here = cell.getBoundingClientRect();
      const isSaid = cell.classList.contains("sheet-wrong");
      const isAbove = here.top > list.offsetHeight && (isSaid || here.bottom + list.offsetHeight > window.innerHeight);
      const left = Math.max(Math.min(here.left, window.innerWidth - list.offsetWidth), 0);
      Object.assign(list.style, { left: `${left}px`, minWidth: `${here.width}px`, top: `${isAbove ? here.top - list.offsetHeight : here.bottom}px` });
    };

    // What stands there is in the list that the cell opens with, also where the server gives only the first of many.
    const present = isBegun || cell.classList.contains("sheet-wrong") ? "" : input.value;
    let waiting = null;
    let asked = 0;
    let isAwaited = false;
    const look = async (words = input.value) => {
      waiting = null;
      if (!ask) return show(names.filter((name) => name.toLowerCase().includes(words.trim().toLowerCase())));
      const number = (asked += 1);
      isAwaited = true;
      // What was found for other words is not offered for these.
      const { names: found, more } = (await ask(words).catch(() => null)) ?? { names: [] };
      if (number !== asked) return;
      isAwaited = false;
      const isLeftOut = present && !words && found.length && !found.includes(present);
      if (list.isConnected) show(isLeftOut ? [present, ...found] : found, more);
    };
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(look, ask ? WAIT : 0);
    });
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", ({ target }) => {
      if (target.role !== "option") return;
      input.value = target.textContent;
      pick();
    });

    const close = () => {
      clearTimeout(waiting);
      window.removeEventListener("scroll", lay, { capture: true });
      list.remove();
    };
    input.addEventListener("blur", close);
    window.addEventListener("scroll", lay, { capture: true, passive: true });
    closeLast();
    closeLast = close;
    cell.closest("[data-sheet]").append(list);
    look(isBegun ? input.value : "");

    // To the next or the one before; what is marked stands in the field. Not while what was typed is looked up: the list is of other words.
    const move = (step) => {
      if (waiting !== null) {
        clearTimeout(waiting);
        look();
      }
      if (isAwaited || !shown.length) return;
      mark(active < 0 && step < 0 ? shown.length - 1 : (active + step + shown.length) % shown.length);
      input.value = shown[active];
      input.select();
    };

    return { close, move };
  };

  return { open };
})();
