export type {
  BooleanOption,
  Changes,
  ChoiceOption,
  ChoicesOption,
  Form,
  NumberOption,
  Option,
  OptionRows,
  OptionsOf,
  OptionTable,
  ParsedOption,
  TextOption,
  TextsOption,
  ValueOf,
} from "./option.ts";
export { describeOption, fits, formatValue, parseOption, placeholderOf } from "./option-text.ts";
export type { NamedOption } from "./table.ts";
export { checkedOptions, defaultsOf, listOptions, readText, withChanges, withText } from "./table.ts";
