package session

// clientSettings are parameters that clients and the scripts of pg_dump set,
// although Fasti has nothing that would differ: either value is the same then, or
// only the true one is taken.
func clientSettings() []setting {
	either := func(name, initial, describe string) setting {
		return setting{name: name, initial: initial, check: boolean(name), describe: describe}
	}
	one := func(name, value, describe string) setting {
		return setting{name: name, initial: value, check: only(name, value), describe: describe}
	}
	shown := func(name, value, describe string) setting {
		return setting{name: name, initial: value, fixed: true, describe: describe}
	}
	return []setting{
		either("check_function_bodies", "on", "Check routine bodies during CREATE FUNCTION and CREATE PROCEDURE."),
		one("default_table_access_method", "heap", "Sets the default table access method for new tables."),
		one("default_tablespace", "", "Sets the default tablespace to create tables and indexes in."),
		one("default_transaction_deferrable", "off", "Sets the default deferrable status of new transactions."),
		either("escape_string_warning", "on", "Warn about backslash escapes in ordinary string literals."),
		one("idle_session_timeout", "0", "Sets the maximum allowed idle time between queries, when not in a transaction."),
		either("jit", "off", "Allow JIT compilation."),
		shown("lc_messages", "C.UTF-8", "Sets the language in which messages are displayed."),
		shown("lc_monetary", "C.UTF-8", "Sets the locale for formatting monetary amounts."),
		shown("lc_numeric", "C.UTF-8", "Sets the locale for formatting numbers."),
		shown("lc_time", "C.UTF-8", "Sets the locale for formatting date and time values."),
		shown("max_function_args", "100", "Shows the maximum number of function arguments."),
		shown("max_index_keys", "32", "Shows the maximum number of index keys."),
		one("quote_all_identifiers", "off", "When generating SQL fragments, quote all identifiers."),
		either("row_security", "on", "Enable row security."),
		either("synchronize_seqscans", "on", "Enable synchronized sequential scans."),
		one("transaction_deferrable", "off", "Whether to defer a read-only serializable transaction until it can be executed with no possible serialization failures."),
		{
			name: "xmloption", initial: "content", check: enum("xmloption", "content", "document"),
			describe: "Sets whether XML data in implicit parsing and serialization operations is to be considered as documents or content fragments.",
		},
	}
}
