import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  childOf,
  parseAnnotationXml,
  textOf,
  type XmlElement,
} from '../../../tools/datasets/annotation-xml.js';

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const print = ({ name, text, children }: XmlElement): string =>
  `<${name}>${escapeText(text)}${children.map(print).join('')}</${name}>`;

const leaf = fc.record({
  name: fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/),
  text: fc.string(),
  children: fc.constant<XmlElement[]>([]),
});
const parentOf = (child: fc.Arbitrary<XmlElement>) =>
  fc.record({
    name: leaf.map(({ name }) => name),
    text: fc.string(),
    children: fc.array(child, { maxLength: 3 }),
  });
const element = parentOf(parentOf(parentOf(leaf)));

test('what is written is read back', () => {
  fc.assert(
    fc.property(element, (root) => {
      expect(parseAnnotationXml(print(root))).toEqual(root);
    }),
  );
});

test('text that is no XML throws an Error and never hangs', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('<', '>', '/', '!', '-', 'a', '&', ';', ' ') }),
      (text) => {
        try {
          parseAnnotationXml(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      },
    ),
  );
});

test('declarations, comments, attributes, CDATA and empty elements are understood', () => {
  const root = parseAnnotationXml(
    '<?xml version="1.0"?><!-- <a> --><a x="1"><b/><c>1 &lt; &#x32; &#51;</c><d><![CDATA[<e>]]></d></a>\n',
  );
  expect(root.children.map(({ name }) => name)).toEqual(['b', 'c', 'd']);
  expect(textOf(root, 'c')).toBe('1 < 2 3');
  expect(childOf(root, 'd')?.text).toBe('<e>');
});

test('no entity can be defined: a document type is refused', () => {
  expect(() => parseAnnotationXml('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).toThrow(
    'without a document type',
  );
});

test('nesting is bounded', () => {
  expect(() => parseAnnotationXml('<a>'.repeat(50) + '</a>'.repeat(50))).toThrow();
});

test.each([
  ['<a><b></a></b>', 'in line 1'],
  ['<a>', 'in line 1'],
  ['<a></a><b></b>', /root nodes/],
  ['', /outermost element|Start tag/],
  ['<a', 'in line 1'],
])('%s is refused with the reason', (text, reason) => {
  expect(() => parseAnnotationXml(text)).toThrow(reason);
});

test('a ">" inside an attribute ends no tag', () => {
  const root = parseAnnotationXml('<a><b note="x > y"><c>1</c></b></a>');
  expect(textOf(childOf(root, 'b')!, 'c')).toBe('1');
});
