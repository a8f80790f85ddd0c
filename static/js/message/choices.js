// What is chosen beside the words of an editor, and kept with them: the kind of a discussion; or the messages that a
// decision rests on, and in place of which decision it is written.

const NAMES = ["kind", "grounds", "in_place_of"];

export function isChoice({ name }) {
  return NAMES.includes(name);
}

// {name: [value, …]}; nothing in an editor of words alone.
export function chosenIn(form) {
  const content = new FormData(form);
  const names = NAMES.filter((name) => form.elements[name]);
  return Object.fromEntries(names.map((name) => [name, content.getAll(name)]));
}

export function choose(form, chosen) {
  for (const field of form.elements) {
    const values = chosen[field.name];
    if (!values) continue;
    if (["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
    else [field.value] = values;
  }
}

// The messages that the address adds to a decision.
export function groundsAsked() {
  return new URLSearchParams(location.search).getAll("ground");
}

// Ask for a page on which all these messages can be ticked, if there are some that this one neither shows nor was asked
// for: a long discussion shows only its first ones. Whether it is on its way.
export function asksForAll(grounds) {
  const asked = groundsAsked();
  const isShown = (id) => asked.includes(id) || document.getElementById(`ground-${id}`);
  if (grounds.every(isShown)) return false;
  location.replace(`?${new URLSearchParams(grounds.map((id) => ["ground", id]))}`);
  return true;
}
