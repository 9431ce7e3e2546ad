/**
 * What the publishing machine must let out, computed naively from all the inputs that a group
 * committed: each sink numbers its outputs from 1, and puts them into its partitions in turn.
 */

export interface NumberedInput {
  readonly id: number
  /** So many outputs for each sink. */
  readonly home: number
  readonly side: number
  readonly away: number
}

export interface ExpectedOutput {
  readonly sink: 'home' | 'side' | 'away'
  readonly partition: number
  readonly text: string
  /** How the header that names it ends, behind its job: group, generation, sink, number. */
  readonly identity: string
}

const PARTITIONS = 2
/** Of a job that was claimed once. */
const GENERATION = 1

export function outputsOf(
  group: number,
  inputs: readonly NumberedInput[],
): readonly ExpectedOutput[] {
  const outputs: ExpectedOutput[] = []
  for (const sink of ['home', 'side', 'away'] as const) {
    let number = 0
    for (const input of inputs) {
      for (let which = 0; which < input[sink]; which++) {
        number += 1
        const text = [group, number, input.id, which].join(' ')
        const identity = `/${group}/${GENERATION}/${sink}/${number}`
        outputs.push({ sink, partition: number % PARTITIONS, text, identity })
      }
    }
  }
  return outputs
}
