package io.elasticjob.console;

import java.util.Map;

/**
 * What an application says of its console.
 *
 * @param title over the pages; "" for the namespace
 * @param links to other consoles, by what they are called
 * @param logUrl template of the address of an execution's log; "" for none
 * @param traceUrl template of the address of an execution's trace; "" for none
 */
public record ConsoleSettings(String title, Map<String, String> links, String logUrl, String traceUrl) {

    public static final ConsoleSettings NONE = new ConsoleSettings("", Map.of(), "", "");
}
