/**
 * Which keys a blob store takes: the rule of the BlobStore door, for its bodies. A key is a path of
 * words that every file system and every object store can keep as they are.
 */

/** File systems end at 255 bytes; whoever writes a file beside it first, has some left. */
const WORD_CHARACTERS_MAX = 200
/** Object stores end at 1024 bytes. */
const KEY_CHARACTERS_MAX = 1000

const WORD = /^[A-Za-z0-9._=-]+$/
/** Names that mean another folder. */
const ELSEWHERE = /^\.\.?$/

export function isBlobKey(key: string): boolean {
  return key.length <= KEY_CHARACTERS_MAX && key.split('/').every(isWord)
}

function isWord(word: string): boolean {
  return word.length <= WORD_CHARACTERS_MAX && WORD.test(word) && !ELSEWHERE.test(word)
}
