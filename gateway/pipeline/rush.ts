/** Tells whether more work arrives than one turn of the event loop can take. */
export interface Rush {
  readonly isOn: boolean;
}
