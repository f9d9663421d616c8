import java.io.BufferedReader;
import java.io.InputStreamReader;
import software.amazon.event.ruler.Ruler;

/** Reads a pattern and an event in each line, with a tab between them; prints whether EventBridge's engine matches them. */
public class MatchEvents {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] patternAndEvent = line.split("\t");
      System.out.println(Ruler.matchesRule(patternAndEvent[1], patternAndEvent[0]));
    }
  }
}
