/** Fields of a charter's text, read totally: each reader returns a value that fits or throws CharterTextError naming the field. */

/** The text is not one that this version understands. `path` names the field. */
export class CharterTextError extends Error {
  readonly code = 'CHARTER_TEXT';
  readonly path: string;
  constructor(path: string, need: string) {
    super(`charter text, ${path}: need ${need}. Correct the charter file and propose it again.`);
    this.name = 'CharterTextError';
    this.path = path;
  }
}

export type Json = Readonly<Record<string, unknown>>;

export const object = (value: unknown, path: string, keys: readonly string[]): Json => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CharterTextError(path, 'an object');
  for (const key of Object.keys(value))
    if (!keys.includes(key)) throw new CharterTextError(`${path}.${key}`, `one of ${keys.join(', ')}`);
  return value as Json;
};
export const text = (value: unknown, path: string): string => {
  if (typeof value !== 'string' || value.trim() === '') throw new CharterTextError(path, 'some text');
  return value;
};
export const integer = (value: unknown, path: string, least: number, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new CharterTextError(path, `an integer in ${least} … ${most}`);
  return value;
};
export const positive = (value: unknown, path: string): number => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw new CharterTextError(path, 'a number > 0');
  return value;
};
export const list = (value: unknown, path: string): readonly unknown[] => {
  if (!Array.isArray(value) || value.length === 0) throw new CharterTextError(path, 'a non-empty list');
  return value;
};
export const oneOf = <T extends string>(value: unknown, path: string, allowed: readonly T[]): T => {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new CharterTextError(path, `one of ${allowed.join(', ')}`);
  return found;
};
