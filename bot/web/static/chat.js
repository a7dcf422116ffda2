// Two phones side by side: somebody of a village and the official above her, each talking to Niangjia.
import { asParagraphs, clockTime } from "./words.js";

const POLL_MS = 2000;
const LONG = 420; // characters; a longer answer is folded to about a screen
const KEPT = 80; // lines of a conversation that a reload shows again
const SHOWN_PEOPLE = 60;

const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const isPicture = (file) => file.type.startsWith("image/");
const newId = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;

async function asked(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch {
    throw new Error("连不上，看看网络");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.error ?? "没有办成，请再试一次");
  return answer;
}

const remembered = (key, otherwise) => {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
};

class Phone {
  constructor(side, people) {
    this.side = side;
    this.people = people;
    this.chosen = []; // photos that go with the next message
    const copy = document.getElementById("phone").content.cloneNode(true);
    this.root = copy.querySelector(".phone");
    this.root.classList.add(side);
    this.root.dataset.side = side;
    this.part = (name) => this.root.querySelector(`.${name}`);
    this.log = this.part("log");
    this.box = this.root.querySelector("textarea");
    this.file = this.root.querySelector("input[type=file]");
    this.search = this.part("picker").querySelector("input");
    this.listen();
    this.tries();
    document.querySelector(".phones").append(this.root);
  }

  listen() {
    this.part("say").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.box.addEventListener("input", () => this.grow());
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.part("photo").addEventListener("click", () => this.file.click());
    this.file.addEventListener("change", () => {
      this.chosen.push(...this.file.files);
      this.chosen.splice(9);
      this.file.value = "";
      this.drawTray();
    });
    this.part("change").addEventListener("click", () => this.openPicker());
    this.part("picker-close").addEventListener("click", () => this.closePicker());
    this.search.addEventListener("input", () => this.drawPeople());
    this.part("picker").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.closePicker();
      if (event.key === "Enter") this.part("picker-list").querySelector("button")?.click();
    });
  }

  tries() {
    const given = document.getElementById(`tries-${this.side}`).content.cloneNode(true);
    this.part("hello-words").replaceChildren(...given.querySelector("p").childNodes);
    for (const button of given.querySelectorAll("button")) {
      button.addEventListener("click", () => {
        this.box.value = button.textContent;
        this.grow();
        this.box.focus();
      });
      this.part("hello-tries").append(button);
    }
  }

  // ── who is talking ──
  become(person) {
    this.person = person;
    this.lines = remembered(`said ${person.phone}`, []);
    this.after = Math.max(0, ...this.lines.map((line) => line.n ?? 0));
    this.lastTime = 0;
    this.part("name").textContent = person.name;
    this.part("post").textContent = `${person.unit} ${person.post}`;
    this.part("post").title = [person.place, person.unit, person.post].filter(Boolean).join(" · ");
    this.part("face").textContent = person.name.slice(0, 1);
    this.chosen = [];
    this.drawTray();
    for (const old of this.log.querySelectorAll(":scope > :not(.hello)")) old.remove();
    this.log.classList.toggle("talking", this.lines.length > 0);
    for (const line of this.lines) this.draw(line);
    localStorage.setItem(`person ${this.side}`, person.phone);
    this.closePicker();
    this.poll();
  }

  openPicker() {
    this.part("picker").hidden = false;
    this.search.value = "";
    this.drawPeople();
    this.search.focus();
  }

  closePicker() {
    this.part("picker").hidden = true;
  }

  drawPeople() {
    const words = this.search.value.trim().split(/\s+/).filter(Boolean);
    const wantsOfficials = this.side === "official";
    const fitting = this.people
      .filter((person) => words.every((word) => person.sought.includes(word)))
      .sort((a, b) => (b.official === wantsOfficials) - (a.official === wantsOfficials));
    const rows = fitting.slice(0, SHOWN_PEOPLE).map((person) => {
      const where = [person.place, person.unit].filter(Boolean).join(" · ");
      const button = element(
        "button",
        { type: "button", className: person.official ? "official" : "" },
        element("span", { className: "face", ariaHidden: "true", textContent: person.name.slice(0, 1) }),
        element("span", { className: "words" }, element("b", { textContent: `${person.name}　${person.post}` }), element("small", { textContent: where })),
      );
      button.addEventListener("click", () => this.become(person));
      return element("li", {}, button);
    });
    if (!rows.length) rows.push(element("li", { className: "none", textContent: "没有找到，换个字试试" }));
    if (fitting.length > SHOWN_PEOPLE) {
      rows.push(element("li", { className: "more", textContent: `还有 ${fitting.length - SHOWN_PEOPLE} 位，写个名字或村名来找` }));
    }
    this.part("picker-list").replaceChildren(...rows);
  }

  // ── what is said ──
  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
  }

  drawTray() {
    const tray = this.part("tray");
    tray.hidden = !this.chosen.length;
    tray.replaceChildren(
      ...this.chosen.map((file, place) => {
        const remove = element("button", { type: "button", textContent: "×", ariaLabel: "不发这张" });
        remove.addEventListener("click", () => {
          this.chosen.splice(place, 1);
          this.drawTray();
        });
        const shown = isPicture(file)
          ? element("img", { src: URL.createObjectURL(file), alt: "要发的照片" })
          : element("figcaption", { textContent: file.name });
        return element("figure", {}, shown, remove);
      }),
    );
  }

  async submit() {
    const text = this.box.value.trim();
    if (!text && !this.chosen.length) return;
    const files = this.chosen.splice(0);
    const names = files.filter((file) => !isPicture(file)).map((file) => `〔文件 ${file.name}〕`);
    this.box.value = "";
    this.grow();
    this.drawTray();
    await this.say({ hers: true, id: newId(), text: [text, ...names].filter(Boolean).join("\n"), files, at: Date.now() });
  }

  async say(line) {
    const person = this.person;
    if (!line.drawn) this.keep(line);
    line.drawn.querySelector(".failed")?.remove();
    const waiting = element("div", { className: "line waiting" }, element("div", { className: "bubble" }, element("i"), element("i"), element("i")));
    this.log.append(waiting);
    this.toEnd();
    try {
      line.photos ??= [];
      while (line.files.length) {
        const form = new FormData();
        if (!isPicture(line.files[0])) {
          form.append("file", line.files[0]); // its text is said as if it had been pasted
          line.read = (await asked("/chat/files", { method: "POST", body: form })).text;
          line.files.shift();
          continue;
        }
        form.append("photo", line.files[0]);
        line.photos.push((await asked("/chat/photos", { method: "POST", body: form })).photo);
        line.files.shift();
      }
      const chosenTime = document.getElementById("at").value;
      const said = { person: person.phone, text: line.read ?? line.text, id: line.id };
      if (line.photos.length) said.photos = line.photos;
      if (chosenTime) said.at = `${chosenTime}:00+08:00`;
      const { replies } = await asked("/chat/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(said),
      });
      if (this.person !== person) return;
      waiting.remove();
      replies.forEach((reply) => this.hear(reply));
      this.remember();
      this.toAnswer(line.drawn);
    } catch (problem) {
      const again = element("button", { type: "button", textContent: "再发一次" });
      again.addEventListener("click", () => this.say(line));
      line.drawn.append(element("div", { className: "failed" }, `没发出去：${problem.message}`, again));
      this.toEnd();
    } finally {
      waiting.remove();
      others(this).forEach((phone) => phone.poll());
    }
  }

  hear(reply) {
    if (reply.n && this.lines.some((line) => line.n === reply.n)) return false;
    this.keep({ ...reply, at: Date.parse(reply.at) || Date.now() });
    return true;
  }

  async poll() {
    const person = this.person;
    if (!person) return;
    const first = this.after === 0;
    try {
      const query = new URLSearchParams({ person: person.phone, after: this.after });
      let { messages } = await asked(`/chat/messages?${query}`);
      if (this.person !== person || !messages.length) return;
      this.after = Math.max(this.after, ...messages.map((message) => message.n));
      if (first) messages = messages.slice(-20);
      const fresh = messages.filter((message) => this.hear(message));
      this.remember();
      if (fresh.length && !this.root.classList.contains("front")) tab(this.side).querySelector(".dot").hidden = false;
    } catch {
      // The next turn asks again; what she says herself shows when there is no connection.
    }
  }

  // ── what is seen ──
  keep(line) {
    this.lines.push(line);
    this.log.classList.add("talking");
    this.draw(line);
    this.remember();
    this.toEnd();
  }

  remember() {
    const kept = this.lines.slice(-KEPT).map(({ drawn, files, read, ...line }) => line);
    try {
      sessionStorage.setItem(`said ${this.person.phone}`, JSON.stringify(kept));
    } catch {
      // A full or forbidden store only costs the memory of a reload.
    }
  }

  toEnd() {
    this.log.scrollTop = this.log.scrollHeight;
  }

  // An answer taller than the screen is read from its beginning.
  toAnswer(said) {
    this.toEnd();
    this.log.scrollTop = Math.min(this.log.scrollTop, said.offsetTop - this.log.offsetTop - 8);
  }

  draw(line) {
    if (line.at - this.lastTime > 5 * 60_000) {
      this.log.append(element("div", { className: "when", textContent: clockTime(new Date(line.at)) }));
    }
    this.lastTime = line.at;
    const drawn = element("div", { className: line.hers ? "line hers" : "line" });
    const pictures = [
      ...(line.photos ?? []).map((photo) => `/chat/photos/${photo}`),
      ...(line.files ?? []).filter(isPicture).map((file) => URL.createObjectURL(file)),
    ];
    if (pictures.length) {
      drawn.append(element("div", { className: "pictures" }, ...pictures.map((src) => element("img", { src, alt: "照片" }))));
    }
    if (line.text) drawn.append(...this.bubble(line));
    if (line.link) {
      drawn.append(element("div", { className: "choices link" }, element("a", { href: line.link, target: "_blank", rel: "noopener", textContent: "打开" })));
    }
    for (const old of this.log.querySelectorAll(".choices:not(.past, .link)")) old.classList.add("past");
    if (line.choices?.length) drawn.append(this.choices(line.choices));
    line.drawn = drawn;
    this.log.append(drawn);
  }

  bubble(line) {
    const bubble = element("div", { className: "bubble" });
    if (line.hers) bubble.textContent = line.text;
    else bubble.append(...asParagraphs(line.text));
    if (line.text.length <= LONG) return [bubble];
    bubble.classList.add("folded");
    const unfold = element("button", { type: "button", className: "unfold", textContent: "展开全文 ▾" });
    unfold.addEventListener("click", () => {
      bubble.classList.remove("folded");
      unfold.remove();
    });
    return [bubble, unfold];
  }

  choices(labels) {
    const row = element("div", { className: "choices" });
    for (const label of labels) {
      const button = element("button", { type: "button", textContent: label });
      button.addEventListener("click", () => this.say({ hers: true, id: newId(), text: label, files: [], at: Date.now() }));
      row.append(button);
    }
    return row;
  }
}

// ── the page ──
const phones = [];
const others = (phone) => phones.filter((other) => other !== phone);
const tab = (side) => document.querySelector(`.switch [data-shows="${side}"]`);

function show(side) {
  for (const phone of phones) phone.root.classList.toggle("front", phone.side === side);
  for (const button of document.querySelectorAll(".switch button")) {
    button.setAttribute("aria-selected", String(button.dataset.shows === side));
  }
  tab(side).querySelector(".dot").hidden = true;
  phones.find((phone) => phone.side === side).toEnd();
}

function whoStarts(people) {
  const last = (side) => people.find((person) => person.phone === localStorage.getItem(`person ${side}`));
  const her = last("hers") ?? people.find((person) => !person.official) ?? people[0];
  const above = her.above.map((code) => people.find((person) => person.official && person.unit_code === code));
  const official = last("official") ?? above.find(Boolean) ?? people.find((person) => person.official) ?? people[0];
  return { hers: her, official };
}

async function start() {
  let people;
  try {
    people = await asked("/chat/people");
  } catch (problem) {
    document.querySelector(".phones").append(element("p", { className: "notice", textContent: `打不开：${problem.message}。请刷新这一页。` }));
    return;
  }
  if (!people.length) {
    document.querySelector(".phones").append(element("p", { className: "notice", textContent: "示范县还没有人。请先运行 niangjia demo。" }));
    return;
  }
  for (const person of people) {
    person.sought = [person.name, person.unit, person.post, person.place, person.phone].join(" ");
  }
  const starting = whoStarts(people);
  for (const side of ["hers", "official"]) phones.push(new Phone(side, people));
  for (const phone of phones) phone.become(starting[phone.side]);
  for (const button of document.querySelectorAll(".switch button")) {
    button.addEventListener("click", () => show(button.dataset.shows));
  }
  show("hers");
  const at = document.getElementById("at");
  const mark = () => document.querySelector(".time").classList.toggle("set", Boolean(at.value));
  at.addEventListener("input", mark);
  document.getElementById("at-clear").addEventListener("click", () => {
    at.value = "";
    mark();
  });
  setInterval(() => document.hidden || phones.forEach((phone) => phone.poll()), POLL_MS);
  document.documentElement.dataset.ready = "yes";
}

start();
