/** Says whether more arrives than one turn of the event loop can take in. */
export interface Rush {
  readonly isOn: boolean;
}
