/**
 * Groups that are to be made or removed: whether the log will hold them is known before it does,
 * and a group may be removed and made again meanwhile.
 */

import type { GroupId } from '../../base/ids.ts'

export class Coming {
  /** As it will be, and how many steps are left until then. */
  readonly #groups = new Map<GroupId, { readonly holds: boolean; readonly open: number }>()

  /** undefined: nothing is to change. */
  holds(group: GroupId): boolean | undefined {
    return this.#groups.get(group)?.holds
  }

  expect(group: GroupId, holds: boolean): void {
    const { open } = this.#groups.get(group) ?? { open: 0 }
    this.#groups.set(group, { holds, open: open + 1 })
  }

  /** One step is taken of what was coming. */
  settle(group: GroupId): void {
    const coming = this.#groups.get(group)
    if (coming === undefined || coming.open === 1) this.#groups.delete(group)
    else this.#groups.set(group, { ...coming, open: coming.open - 1 })
  }
}
