// The small square at the corner of what is chosen in a worksheet's grid: dragged down, the rows that it passes take what is chosen.
window.sheetFill = (() => {
  const STEP = 10; // by which the grid scrolls while the pointer is below it

  const begin = (sheet) => {
    const { ranges } = sheet;
    const handle = document.createElement("span");
    handle.className = "sheet-handle";
    handle.title = sheet.words.drag;
    handle.addEventListener("pointerdown", (event) => event.button === 0 && drag(sheet, handle, event));
    handle.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays
    // The library makes the frame anew with everything that is chosen.
    const lay = ranges.layoutRanges;
    ranges.layoutRanges = () => {
      lay.call(ranges);
      const frame = ranges.activeRange.element;
      const isUsed = sheet.chosen().names.some((name) => sheet.columns.get(name).typed);
      if (!isUsed) handle.remove();
      else if (handle.parentNode !== frame) frame.append(handle);
    };
  };

  const drag = (sheet, handle, { pointerId, clientY }) => {
    const { ranges } = sheet;
    const holder = sheet.table.rowManager.element;
    const { top, bottom, left, right } = ranges.activeRange;
    const shown = document.createElement("span");
    shown.className = "sheet-filling";
    let [pointer, target, turn] = [clientY, bottom, 0];

    const follow = () => {
      const view = holder.getBoundingClientRect();
      const end = view.top + holder.clientHeight;
      if (pointer > end) holder.scrollTop += STEP;
      const height = Math.min(pointer, end - 1);
      const passed = sheet.table.rowManager.getVisibleRows(true).filter((row) => row.type === "row" && row.getElement().getBoundingClientRect().top <= height);
      target = Math.max(passed.length ? passed.at(-1).getPosition() - 1 : bottom, bottom);
      outline();
      turn = requestAnimationFrame(follow);
    };
    const outline = () => {
      const frame = ranges.activeRange.element;
      const lastRow = ranges.getRowByRangePos(target).getElement();
      const from = frame.offsetTop + frame.offsetHeight;
      shown.hidden = target === bottom;
      Object.assign(shown.style, { left: `${frame.offsetLeft}px`, width: `${frame.offsetWidth}px`, top: `${from}px` });
      shown.style.height = `${Math.max(lastRow.offsetTop + lastRow.offsetHeight - from, 0)}px`;
    };
    const end = (isDone) => {
      cancelAnimationFrame(turn);
      shown.remove();
      Object.entries(heard).forEach(([kind, act]) => window.removeEventListener(kind, act, true));
      sheet.focus();
      if (!isDone || target === bottom) return;
      const rows = sheet.table.getRows("active");
      const names = sheet.chosen().names;
      ranges.activeRange.setStart(top, left);
      ranges.activeRange.setEnd(target, right);
      ranges.layoutElement();
      window.sheetActs.fill(sheet, rows.slice(top, bottom + 1), rows.slice(bottom + 1, target + 1), names);
    };
    const heard = {
      pointermove: (event) => {
        pointer = event.clientY;
      },
      pointerup: () => end(true),
      pointercancel: () => end(false),
      keydown: (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        end(false);
      },
    };
    Object.entries(heard).forEach(([kind, act]) => window.addEventListener(kind, act, true));
    ranges.overlay.append(shown);
    handle.setPointerCapture(pointerId);
    follow();
  };

  return { begin };
})();
