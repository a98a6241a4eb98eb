package io.elasticjob.kind;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.text.Durations;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A command that an application declares, for jobs that name it. Nothing of it comes from elsewhere.
 *
 * @param name by which jobs name it
 * @param command the program, and its arguments, as they are handed to it: no shell reads them
 * @param workingDirectory null for that of this process
 * @param environment variables beside those that tell of the execution, with the values of secrets
 * @param killAfter how long its processes have, once they are asked to end
 */
public record Script(
        String name,
        List<String> command,
        @Nullable Path workingDirectory,
        Map<String, String> environment,
        Duration killAfter) {

    /** What its handler is called before its name. */
    private static final String PREFIX = ScriptKind.SCRIPT.key() + ":";

    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final Duration LONGEST = Duration.ofHours(1);

    public Script {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** Name of the handler that runs it, as instances offer it. */
    public String handler() {
        return PREFIX + name;
    }

    /**
     * As it is written down.
     *
     * @param workingDirectory null for that of this process
     * @param environment each as {@code NAME=value}, with placeholders for secrets
     * @throws InvalidSettingException naming the property that cannot be used
     */
    public static Script declared(
            String name,
            List<String> command,
            @Nullable Path workingDirectory,
            List<String> environment,
            Duration killAfter,
            Secrets secrets) {
        String key = "elasticjob.scripts." + name;
        if (!TemplateName.isOne(name)) {
            throw new InvalidSettingException(
                    "elasticjob.scripts", name, "is no name of a script: " + TemplateName.RULE);
        }
        if (workingDirectory != null && !Files.isDirectory(workingDirectory)) {
            throw new InvalidSettingException(
                    key + ".working-directory", workingDirectory.toString(), "is no directory of this machine");
        }
        checkCommand(key + ".command", command);
        if (killAfter.isNegative() || killAfter.compareTo(LONGEST) > 0) {
            throw new InvalidSettingException(
                    key + ".kill-after", Durations.format(killAfter), "must be at least 0s and at most 1h");
        }
        return new Script(
                name, command, workingDirectory, variables(key + ".environment", environment, secrets), killAfter);
    }

    private static void checkCommand(String key, List<String> command) {
        if (command.isEmpty() || command.get(0).isBlank()) {
            throw new InvalidSettingException(
                    key, "", "is missing: list the program and its arguments, such as [/opt/report.sh, --daily]");
        }
        for (String part : command) {
            if (Secrets.areIn(part)) {
                throw new InvalidSettingException(
                        key,
                        part,
                        "must not have a secret: everybody on the machine sees the arguments of a process. Hand it over in"
                                + " the environment");
            }
            if (part.indexOf('\0') >= 0) {
                throw new InvalidSettingException(key, "(text)", "must not have the character U+0000");
            }
        }
        String program = command.get(0);
        boolean isPath = program.contains("/") || program.contains(File.separator);
        if (isPath && !Path.of(program).isAbsolute()) {
            throw new InvalidSettingException(
                    key, program, "must begin with an absolute path, or with the name of a program on the PATH");
        }
        if (!(isPath ? isProgram(Path.of(program)) : isOnPath(program))) {
            throw new InvalidSettingException(
                    key,
                    program,
                    isPath ? "is no file that can be executed" : "is no program on the PATH of this process");
        }
    }

    private static boolean isOnPath(String program) {
        String path = System.getenv("PATH");
        return File.separatorChar == '\\' // where a program has an extension that nobody writes
                || path != null
                        && Arrays.stream(path.split(File.pathSeparator))
                                .filter(directory -> !directory.isEmpty())
                                .anyMatch(directory -> isProgram(Path.of(directory, program)));
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private static Map<String, String> variables(String key, List<String> written, Secrets secrets) {
        Map<String, String> variables = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        for (int i = 0; i < written.size(); i++) {
            String one = written.get(i);
            String where = key + "[" + i + "]";
            int equals = one.indexOf('=');
            String name = equals < 0 ? "" : one.substring(0, equals).strip();
            if (!VARIABLE.matcher(name).matches()) {
                throw new InvalidSettingException(
                        where,
                        InvalidSettingException.hidden(one),
                        "is no variable: write NAME=value, the name of letters, digits and \"_\"");
            }
            if (name.startsWith("EJ_")) {
                throw new InvalidSettingException(
                        where, name, "cannot be set: what begins with EJ_ tells of the execution");
            }
            if (names.contains(name)) {
                throw new InvalidSettingException(where, name, "is set twice");
            }
            names.add(name);
            variables.put(name, secrets.resolve(where, one.substring(equals + 1)));
        }
        return variables;
    }

    /** Without the environment, which may have secrets. */
    @Override
    public String toString() {
        return "script " + name + " " + command;
    }
}
