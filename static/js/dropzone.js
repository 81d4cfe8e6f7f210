// Files by drag and drop onto [data-dropzone="upload address"], which contains a plain <input type="file" multiple>.
// Each file is sent by itself (field name of the input) with its progress and its own error. Without script the input stays as it is.
(() => {
  class Dropzone {
    constructor(zone) {
      this.zone = zone;
      this.input = zone.querySelector('input[type="file"]');
      this.list = zone.parentElement.querySelector("[data-file-list]") ?? zone.appendChild(document.createElement("ul"));
      this.list.classList.add("file-list");
      this.busy = 0;
      ["dragenter", "dragover"].forEach((name) => zone.addEventListener(name, (event) => this.over(event, true)));
      ["dragleave", "drop"].forEach((name) => zone.addEventListener(name, (event) => this.over(event, false)));
      zone.addEventListener("drop", (event) => this.take(event.dataTransfer.files));
      this.input.addEventListener("change", () => {
        this.take(this.input.files);
        this.input.value = "";
      });
      window.addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
    }

    over(event, inside) {
      event.preventDefault();
      this.zone.classList.toggle("is-over", inside);
    }

    take(files) {
      this.leads = files.length === 1;
      [...files].forEach((file) => this.send(file));
    }

    row(file) {
      const row = document.createElement("li");
      const name = document.createElement("span");
      const words = document.createElement("span");
      const progress = document.createElement("progress");
      name.textContent = file.name;
      words.className = "file-words";
      words.setAttribute("role", "status");
      progress.max = 100;
      progress.value = 0;
      progress.setAttribute("aria-label", file.name);
      row.append(name, progress, words);
      this.list.append(row);
      return { row, words, progress };
    }

    send(file) {
      const { row, words, progress } = this.row(file);
      const limit = Number(this.zone.dataset.maxBytes ?? 0);
      if (limit && file.size > limit) {
        this.fail(row, words, progress, this.zone.dataset.wordsTooBig);
        return;
      }
      const body = new FormData();
      body.append(this.input.name, file);
      const request = new XMLHttpRequest();
      request.open("POST", this.zone.dataset.dropzone);
      request.setRequestHeader("X-CSRFToken", this.token());
      request.setRequestHeader("X-Requested-With", "dropzone");
      request.setRequestHeader("Accept", "application/json");
      request.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total;
      });
      request.addEventListener("load", () => this.answered(request, row, words, progress));
      request.addEventListener("error", () => this.fail(row, words, progress, this.zone.dataset.wordsOffline));
      request.addEventListener("loadend", () => (this.busy -= 1));
      this.busy += 1;
      request.send(body);
    }

    token() {
      return this.zone.closest("form")?.querySelector("[name=csrfmiddlewaretoken]")?.value
        ?? JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? "";
    }

    answered(request, row, words, progress) {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        answer = {};
      }
      if (request.status >= 200 && request.status < 300 && !request.responseURL.includes("/accounts/login/")) {
        row.dataset.state = "done";
        progress.remove();
        words.textContent = this.zone.dataset.wordsDone ?? "";
        if (answer.location) this.lead(words, answer);
        this.zone.dispatchEvent(new CustomEvent("uploaded", { bubbles: true, detail: answer }));
      } else {
        const reasons = Object.values(answer.errors ?? {}).flat().join(" ");
        this.fail(row, words, progress, reasons || answer.detail || this.zone.dataset.wordsFailed);
      }
    }

    // What became of the file has a page of its own: one file leads there, of several each gets its link.
    lead(words, answer) {
      const link = document.createElement("a");
      link.href = answer.location;
      link.textContent = answer.words;
      words.replaceChildren(link);
      if (this.leads) window.setTimeout(() => window.location.assign(answer.location));
    }

    fail(row, words, progress, reason) {
      row.dataset.state = "failed";
      progress.remove();
      words.textContent = reason ?? "";
    }
  }

  const start = (root) => root.querySelectorAll("[data-dropzone]:not([data-dropzone-on])").forEach((zone) => {
    zone.setAttribute("data-dropzone-on", "");
    new Dropzone(zone);
  });
  start(document);
  document.addEventListener("htmx:load", (event) => start(event.detail.elt.parentElement ?? document));
})();
