/** What holds after every input, whatever it was. */
import { assertClean } from '../bad-input/error-contract.ts';
import { type Fed } from './surface.ts';

/** The longest text of one error, in UTF-16 units: twenty problems with their frames, or one with its four parts. */
const longestText = 20_000;
const mostTexts = 2_000;

export function checkFed(fed: Fed): void {
  if (fed.shown.length > mostTexts) throw new Error(`${fed.shown.length} texts for one input`);
  for (const text of fed.shown) {
    if (text.length > longestText)
      throw new Error(`a text of ${text.length} characters: ${text.slice(0, 80)}`);
    if (/[\u0000-\u0008\u001b]/.test(text)) throw new Error('a control character in a text');
    assertClean(text);
  }
  for (const code of fed.codes)
    if (!/^[A-Z][A-Z0-9_]{1,63}$/.test(code)) throw new Error(`'${code}' is no code`);
  if (!fed.accepted && fed.codes.length === 0) throw new Error('refused without a code');
}

const watched = [
  Object,
  Array,
  Function,
  String,
  Number,
  Boolean,
  RegExp,
  Map,
  Set,
  Promise,
  Error,
  Date,
  Uint8Array,
];

/** Keys and values of the prototypes everything inherits from, to be compared: `undefined` where nothing changed. */
export function watchPrototypes(): () => string | undefined {
  const before = watched.map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype as object));
  return () => {
    for (const [index, { name, prototype }] of watched.entries()) {
      const then = before[index] as Record<string, PropertyDescriptor>;
      const keys = Object.getOwnPropertyNames(prototype);
      if (keys.length !== Object.getOwnPropertyNames(then).length)
        return `${name}.prototype has other members`;
      const changed = keys.find((key) => {
        const descriptor = Object.getOwnPropertyDescriptor(prototype, key);
        return descriptor?.value !== then[key]?.value || descriptor?.get !== then[key]?.get;
      });
      if (changed !== undefined) return `${name}.prototype.${changed} has changed`;
    }
    return undefined;
  };
}
