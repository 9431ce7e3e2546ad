/** The names of files in a store's folder. Whatever has another name is left alone. */

import type { GroupId } from '../../base/ids.ts'
import { BOOT, IDENTITY, PART, segmentOf } from '../../base/segments/names.ts'

const IMAGE = /^image-\d+-\d+-\d+-\d+$/

/** The name that a file has, or will have, when it is whole. */
export function wholeOf(name: string): string {
  return isPart(name) ? name.slice(0, -PART.length) : name
}

export function isPart(name: string): boolean {
  return name.endsWith(PART) && isOurs(name.slice(0, -PART.length))
}

/** Boot and serial make the name one that was never used before. */
export function imageName(group: GroupId, index: number, boot: number, serial: number): string {
  return `image-${group}-${index}-${boot}-${serial}`
}

export function isImage(name: string): boolean {
  return IMAGE.test(name)
}

/** Names that a store gives; of others in the folder it knows nothing. */
export function isOurs(name: string): boolean {
  return name === IDENTITY || name === BOOT || isImage(name) || segmentOf(name) !== undefined
}
