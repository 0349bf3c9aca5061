/** An element of a small XML file: attributes are left out, text is what stands directly inside. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

const maxElements = 100_000;
const maxDepth = 32;
const entities: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Parses the small, attribute-free XML that annotation tools write. Comments, CDATA and the XML declaration
 * are understood; document types are refused, so that no entity can be defined; depth and number of elements
 * are bounded, and time is linear in the length. Throws an Error that says what was expected and at which
 * character; the caller names the file.
 */
export function parseSmallXml(text: string): XmlElement {
  const root: XmlElement = { name: '', text: '', children: [] };
  const open: XmlElement[] = [root];
  let elementCount = 0;
  let at = 0;
  while (at < text.length) {
    const inner = open[open.length - 1]!;
    const tagStart = text.indexOf('<', at);
    inner.text += decodeEntities(text.slice(at, tagStart < 0 ? text.length : tagStart));
    if (tagStart < 0) break;
    if (text.startsWith('<!--', tagStart)) {
      at = endOf(text, '-->', tagStart);
      continue;
    }
    if (text.startsWith('<![CDATA[', tagStart)) {
      at = endOf(text, ']]>', tagStart);
      inner.text += text.slice(tagStart + 9, at - 3);
      continue;
    }
    if (text.startsWith('<?', tagStart)) {
      at = endOf(text, '?>', tagStart);
      continue;
    }
    if (text.startsWith('<!', tagStart)) throw new Error(`unexpected <! at character ${tagStart}`);
    at = endOf(text, '>', tagStart);
    const tag = text.slice(tagStart + 1, at - 1);
    const name = tag.replace(/^\//, '').split(/[\s/]/, 1)[0]!;
    if (tag.startsWith('/')) {
      if (open.length < 2 || inner.name !== name) {
        throw new Error(`expected </${inner.name}>, found </${name}> at character ${tagStart}`);
      }
      open.pop();
      continue;
    }
    if (!/^[A-Za-z_][\w.-]*$/.test(name)) {
      throw new Error(`expected an element's name at character ${tagStart}`);
    }
    const element: XmlElement = { name, text: '', children: [] };
    inner.children.push(element);
    if (++elementCount > maxElements) throw new Error(`more than ${maxElements} elements`);
    if (tag.endsWith('/')) continue;
    open.push(element);
    if (open.length > maxDepth) throw new Error(`elements nested deeper than ${maxDepth}`);
  }
  if (open.length > 1) throw new Error(`expected </${open[open.length - 1]!.name}>, found the end`);
  const [top] = root.children;
  if (!top || root.children.length > 1 || root.text.trim() !== '') {
    throw new Error('expected exactly one outermost element');
  }
  return top;
}

/** The first child of that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Trimmed text of the first child of that name. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}

function endOf(text: string, mark: string, start: number): number {
  const end = text.indexOf(mark, start);
  if (end < 0) throw new Error(`expected ${mark} after character ${start}, found the end`);
  return end + mark.length;
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,8});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole;
    const code = name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
