// Draws molecules: a button [data-structure-editor="id of the input"] opens the dialog [data-structure-dialog], whose editor
// (openchemlib, loaded on first use from data-module) begins with the SMILES of the input and writes it back.
(() => {
  let editor = null;
  let chemistry = null;

  const dialog = () => document.querySelector("dialog[data-structure-dialog]");

  const load = async (box) => {
    chemistry ??= await import(box.dataset.module);
    editor ??= new chemistry.CanvasEditor(box.querySelector("[data-structure-canvas]"), { initialMode: "molecule" });
  };

  const fill = (box, text) => {
    const words = box.querySelector("[data-structure-words]");
    words.textContent = "";
    try {
      // A molfile begins with lines that may be empty, so only a SMILES is trimmed.
      const line = text.trim();
      const molecule = /\n/.test(line) ? chemistry.Molecule.fromMolfile(text) : chemistry.Molecule.fromSmiles(line);
      editor.setMolecule(molecule);
    } catch {
      editor.setMolecule(new chemistry.Molecule(0, 0));
      if (text.trim()) words.textContent = box.dataset.wordsUnreadable;
    }
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-structure-editor]");
    if (button) {
      const box = dialog();
      box.dataset.target = button.dataset.structureEditor;
      box.addEventListener("close", () => button.focus(), { once: true });
      box.showModal();
      await load(box);
      fill(box, document.getElementById(box.dataset.target).value);
      return;
    }
    const use = event.target.closest("[data-structure-use]");
    if (use && editor) {
      const box = use.closest("dialog");
      const input = document.getElementById(box.dataset.target);
      input.value = editor.getMolecule().toIsomericSmiles();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
      box.close();
    }
  });
})();
