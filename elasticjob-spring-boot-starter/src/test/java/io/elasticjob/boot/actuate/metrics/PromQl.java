package io.elasticjob.boot.actuate.metrics;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of PromQL asks for: its selectors, and the labels that it groups by. Knows the part of the language
 * that our own expressions are written in, and refuses all else.
 *
 * @param selectors in their order
 * @param grouping labels of by, without, on and the like
 */
record PromQl(List<Selector> selectors, Set<String> grouping) {

    /**
     * @param equal the values of labels that have to be equal to something
     * @param labels all labels that are compared
     */
    record Selector(String metric, Map<String, String> equal, Set<String> labels) {}

    private static final Set<String> FUNCTIONS = Set.of(
            "sum",
            "max",
            "min",
            "count",
            "avg",
            "topk",
            "rate",
            "increase",
            "abs",
            "max_over_time",
            "clamp_min",
            "label_values");
    private static final Set<String> GROUPINGS = Set.of("by", "without", "on", "ignoring", "group_left", "group_right");
    private static final Set<String> OPERATORS = Set.of("and", "or", "unless", "bool");

    private static final Pattern TOKEN = Pattern.compile("(?<space>\\s+)"
            + "|(?<string>\"[^\"\\\\]*\")"
            + "|(?<range>\\[[^\\]]+\\])"
            + "|(?<number>\\d+(\\.\\d+)?)"
            + "|(?<word>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<operator>==|!=|>=|<=|=~|!~|[=<>+*/-])"
            + "|(?<mark>[(){},])");

    private record Token(String kind, String text) {}

    static PromQl of(String expression) {
        return new Parser(tokens(expression), expression).parse();
    }

    private static List<Token> tokens(String expression) {
        List<Token> tokens = new ArrayList<>();
        Matcher matcher = TOKEN.matcher(expression);
        int at = 0;
        while (at < expression.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException("Not understood from " + at + ": " + expression);
            }
            at = matcher.end();
            for (String kind : List.of("string", "range", "number", "word", "operator", "mark")) {
                if (matcher.group(kind) != null) {
                    tokens.add(new Token(kind, matcher.group(kind)));
                }
            }
        }
        return tokens;
    }

    private static final class Parser {

        private final List<Token> tokens;
        private final String expression;
        private final List<Selector> selectors = new ArrayList<>();
        private final Set<String> grouping = new LinkedHashSet<>();
        private int at;

        Parser(List<Token> tokens, String expression) {
            this.tokens = tokens;
            this.expression = expression;
        }

        PromQl parse() {
            while (at < tokens.size()) {
                Token token = tokens.get(at++);
                if (!token.kind().equals("word") || OPERATORS.contains(token.text())) {
                    continue;
                }
                if (GROUPINGS.contains(token.text())) {
                    labels();
                } else if (token.text().equals("label_values")) {
                    labelValues();
                } else if (isNext("(") || isNextGrouping()) {
                    require(FUNCTIONS.contains(token.text()), "unknown function " + token.text());
                } else {
                    selector(token.text());
                }
            }
            return new PromQl(List.copyOf(selectors), Set.copyOf(grouping));
        }

        private void labels() {
            expect("(");
            while (!isNext(")")) {
                grouping.add(word());
                if (!isNext(")")) {
                    expect(",");
                }
            }
            expect(")");
        }

        /** Grafana's own: the values that a label has. */
        private void labelValues() {
            expect("(");
            selector(word());
            expect(",");
            grouping.add(word());
            expect(")");
        }

        private void selector(String metric) {
            Map<String, String> equal = new TreeMap<>();
            Set<String> labels = new LinkedHashSet<>();
            if (isNext("{")) {
                expect("{");
                while (!isNext("}")) {
                    String label = word();
                    String operator = next("operator");
                    String value = next("string");
                    labels.add(label);
                    if (operator.equals("=")) {
                        equal.put(label, value.substring(1, value.length() - 1));
                    }
                    if (!isNext("}")) {
                        expect(",");
                    }
                }
                expect("}");
            }
            selectors.add(new Selector(metric, equal, labels));
        }

        private boolean isNext(String mark) {
            return at < tokens.size() && tokens.get(at).text().equals(mark);
        }

        private boolean isNextGrouping() {
            return at < tokens.size() && GROUPINGS.contains(tokens.get(at).text());
        }

        private void expect(String mark) {
            require(isNext(mark), "expected " + mark);
            at++;
        }

        private String word() {
            return next("word");
        }

        private String next(String kind) {
            require(at < tokens.size() && tokens.get(at).kind().equals(kind), "expected a " + kind);
            return tokens.get(at++).text();
        }

        private void require(boolean condition, String what) {
            if (!condition) {
                throw new IllegalArgumentException(what + " at token " + at + ": " + expression);
            }
        }
    }
}
