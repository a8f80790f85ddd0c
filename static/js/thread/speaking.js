// What those hear who hear the page: who says what to whom, when it comes, politely and one after the other.
//
// A log of its own says it, rather than the list itself: there a screen reader would read each button of each message, and
// would take for news what only takes the place of something, or came in by scrolling.

const MOST = 3; // more at once are only counted
const LONGEST = 400; // characters of one message
const PAUSE = 400;
const FORGOTTEN_AFTER = 20_000;

export class Speaking {
  #log;
  #thread;
  #news = [];
  #timer;

  constructor(thread) {
    this.#thread = thread;
    this.#log = thread.querySelector("[data-part=aloud]");
  }

  say(article) {
    this.#news.push(article);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#speak(), PAUSE);
  }

  announce(words) {
    this.#add(words);
  }

  #speak() {
    const news = this.#news.splice(0);
    if (news.length > MOST) this.#add(this.#thread.dataset.manyNew.replace("{n}", news.length));
    else for (const article of news) this.#add(wordsOf(article, ".message-heading"), wordsOf(article, ".message-body"));
  }

  #add(...parts) {
    const line = document.createElement("p");
    for (const words of parts) line.append(Object.assign(document.createElement("span"), { textContent: words, dir: "auto" }), " ");
    this.#log.append(line);
    setTimeout(() => line.remove(), FORGOTTEN_AFTER);
  }
}

function wordsOf(article, part) {
  return article.querySelector(part).textContent.replace(/\s+/g, " ").trim().slice(0, LONGEST);
}
