/** A product by a native method. */
public class Product {
    static native double product(double[] a, double[] b, int m, int n, int k);

    public static void main(String[] arguments) {
        System.loadLibrary("product");
        double[] a = new double[12], b = new double[20];
        java.util.Arrays.fill(a, 1);
        java.util.Arrays.fill(b, 2);
        for (int i = 0; i < 10; i++)
            System.out.println(product(a, b, 3, 5, 4));
    }
}
