import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** An element of an annotation, without attributes; its text is only what is directly inside it. */
export interface XmlElement {
  name: string;
  text: string;
  children: XmlElement[];
}

const maxElements = 100_000;
const maxDepth = 32;
const textKey = '#text';
const cdataKey = '#cdata';

/**
 * Parses the XML that annotation tools write. Document types are refused, so that no entity can be defined; depth and
 * number of elements are limited. Throws an Error that says what was expected and on which line; the caller names the
 * file.
 */
export function parseAnnotationXml(text: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new Error('expected XML without a document type');
  const verdict = XMLValidator.validate(text);
  if (verdict !== true)
    throw new Error(`expected XML, found in line ${verdict.err.line}: ${verdict.err.msg}`);
  let elementCount = 0;
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
    trimValues: false,
    parseTagValue: false,
    // The parser counts numeric character references (&#51;) as HTML entities.
    htmlEntities: true,
    maxNestedTags: maxDepth,
    textNodeName: textKey,
    cdataPropName: cdataKey,
    updateTag: (name) => {
      if (++elementCount > maxElements) throw new Error(`expected at most ${maxElements} elements`);
      return name;
    },
  });
  const root: XmlElement = { name: '', text: '', children: [] };
  addNodes(root, parser.parse(text) as Node[]);
  const [top] = root.children;
  if (!top || root.children.length > 1 || root.text.trim() !== '')
    throw new Error('expected exactly one outermost element');
  return top;
}

type Node = Record<string, unknown>;

function addNodes(to: XmlElement, nodes: readonly Node[]): void {
  for (const node of nodes) {
    const [name] = Object.keys(node);
    if (name === undefined) continue;
    const value = node[name];
    if (name === textKey) to.text += String(value);
    else if (name === cdataKey)
      to.text += (value as Node[]).map((part) => part[textKey] ?? '').join('');
    else {
      const element: XmlElement = { name, text: '', children: [] };
      to.children.push(element);
      addNodes(element, value as Node[]);
    }
  }
}

/** The first child with that name. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((child) => child.name === name);
}

/** Trimmed text of the first child with that name. */
export function textOf(element: XmlElement, name: string): string | undefined {
  return childOf(element, name)?.text.trim();
}
