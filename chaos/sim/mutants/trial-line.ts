/** What a trial says to the runner, one JSON text a line. */

export type TrialLine =
  | { readonly kind: 'begins'; readonly seed: number }
  | {
      readonly kind: 'failed'
      readonly seed: number
      readonly checker: string
      readonly detail: string
    }
  | { readonly kind: 'ended' }
