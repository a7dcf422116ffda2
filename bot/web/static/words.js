// How words look: paragraphs, quotations, numbers to call, times.

// The numbers that must be one tap away, and mobile and landline numbers; web addresses.
const TAPPABLE = /(https?:\/\/[\w\-./?=&%#:~+]+)|(?<![\d-])(110|120|12338|12348|12355|12345|1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![\d-])/g;
// The sentence of a quotation that answers; a shorter 【…】 is a heading or a name.
const MARKED = /【([^【】\n]{12,})】/;
const HEADING = /【[^【】\n]{1,40}】/;
const SOURCE = /^——\s*[《\S]/;
const ITEM = /^(\d{1,2}[.、．]|[•·]|（[一二三四五六七八九十]+）)\s*\S/;
const ASIDE = /^（.*）$/;
const QUOTED = /^\s*[「“『"].{12,}[」”』"][。；]?\s*$|^\s*[>｜│]\s?/;

function inline(text) {
  const marked = text.match(MARKED);
  if (marked) {
    const mark = document.createElement("mark");
    mark.append(...inline(marked[1]));
    return [...inline(text.slice(0, marked.index)), mark, ...inline(text.slice(marked.index + marked[0].length))];
  }
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TAPPABLE)) {
    if (found.index > end) parts.push(text.slice(end, found.index));
    const link = document.createElement("a");
    link.textContent = found[0];
    if (found[1]) {
      link.href = found[1];
      link.target = "_blank";
      link.rel = "noopener";
    } else {
      link.href = `tel:${found[2]}`;
      link.className = "call";
    }
    parts.push(link);
    end = found.index + found[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}

export function asParagraphs(text) {
  return text.split("\n").map((line, place) => {
    const paragraph = document.createElement("p");
    if (!line.trim()) paragraph.className = "gap";
    else if (/^[—-]{2,}\s*$/.test(line)) return document.createElement("hr");
    else if (QUOTED.test(line)) paragraph.className = "said";
    else if (SOURCE.test(line)) paragraph.className = "source";
    else if (ASIDE.test(line)) paragraph.className = "aside";
    else if (ITEM.test(line)) paragraph.className = "item";
    else if (place === 0 && HEADING.test(line) && line.length < 40) paragraph.className = "head";
    paragraph.append(...inline(line.replace(/^\s*[>｜│]\s?/, "")));
    return paragraph;
  });
}

const DAY = 86_400_000;
const twoDigits = (number) => String(number).padStart(2, "0");

export function clockTime(time, now = new Date()) {
  const clock = `${time.getHours()}:${twoDigits(time.getMinutes())}`;
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const days = Math.round((midnight(now) - midnight(time)) / DAY);
  if (days === 0) return clock;
  if (days === 1) return `昨天 ${clock}`;
  if (days === 2) return `前天 ${clock}`;
  const date = `${time.getMonth() + 1}月${time.getDate()}日 ${clock}`;
  return time.getFullYear() === now.getFullYear() ? date : `${time.getFullYear()}年${date}`;
}
