/** Known bugs of what hosts groups of jobs on a node, as exact patches: random plays show each. */

import type { Mutant } from '../../../chaos/sim/mutants/mutant.ts'

const RULES = 'the design: each of its rules has a mutant that takes it away'
const HOST = 'src/node/jobs/host.ts'
const BODY = 'src/work/body.ts'

const at = (file: string) => ({ file, origin: RULES })

export const workMutants: readonly Mutant[] = [
  {
    ...at(HOST),
    name: 'beginning-is-not-hosted',
    find: 'this.#beginning.set(group.id, replica)',
    replace: '',
    why: 'A group is begun a second time while its first replica is being made.',
  },
  {
    ...at(HOST),
    name: 'retired-while-it-comes',
    find: 'const isBusy = this.#beginning.has(group) || this.#retiring.has(group)',
    replace: 'const isBusy = this.#retiring.has(group)',
    why: 'A replica is removed that is not there yet, and stays for ever.',
  },
  {
    ...at(HOST),
    name: 'retired-twice',
    find: 'this.#retiring.set(group, replica)',
    replace: '',
    why: 'A group that goes is retired again, and what came in its place goes with it.',
  },
  {
    ...at(HOST),
    name: 'body-outlives-its-group',
    find: 'this.#bodies.get(group)?.close()',
    replace: '',
    why: 'A group that is gone here goes on to publish.',
  },
  {
    ...at(HOST),
    name: 'machine-of-a-group-that-went',
    find: 'this.#bodies.delete(group)',
    replace: '',
    why: 'The next replica of the group is begun on the state of the one before.',
  },
  {
    ...at(HOST),
    name: 'unmade-is-opened',
    find: 'if (!this.#maybeMake({ job, group })) continue',
    replace: 'this.#maybeMake({ job, group })',
    why: 'A group is opened without anybody to run it: the node ends.',
  },
  {
    ...at(HOST),
    name: 'tried-at-every-look',
    find: 'if (waits !== undefined && clock.monotonicMs() - waits.sinceMs < WAIT_MS) return false',
    replace: '',
    why: 'A text that nobody understands is read four times a second, for each group.',
  },
  {
    ...at(HOST),
    name: 'waits-for-what-is-gone',
    find: 'if (groupIn(state, id) === undefined) this.#waiting.delete(id)',
    replace: '',
    why: 'A job that was deleted and submitted anew is called stalled.',
  },
  {
    ...at(HOST),
    name: 'reason-is-told-each-time',
    find: 'if (known?.code === code && known.message === trouble.message) return',
    replace: '',
    why: 'The log of a node fills with one sentence.',
  },
  {
    ...at(BODY),
    name: 'works-by-half-a-claim',
    find: "if (claim === 'whole' && generation > this.#generation) {",
    replace: 'if (generation > this.#generation) {',
    why: 'Groups fence whoever is still claiming the job.',
  },
  {
    ...at(BODY),
    name: 'claim-is-heard-again',
    find: 'this.#generation = generation',
    replace: '',
    why: 'A generation that runs is begun once more with every word about its job.',
  },
  {
    ...at(BODY),
    name: 'leads-a-deleted-job',
    find: "const mayWork = claim === 'whole' && wish !== 'deleted'",
    replace: "const mayWork = claim === 'whole'",
    why: 'A group writes behind the record that says that its job is deleted.',
  },
  {
    ...at(BODY),
    name: 'stopped-job-goes-on',
    find: "if (wish === 'stopped') this.work.stop()",
    replace: "if (wish === 'deleted') this.work.stop()",
    why: 'A job that is to stop takes more, and what is deleted waits to be drained.',
  },
  {
    ...at(BODY),
    name: 'closed-twice',
    find: 'if (this.#isClosed) return',
    replace: '',
    why: 'A log is given back twice, and closed under whoever still uses it.',
  },
]
