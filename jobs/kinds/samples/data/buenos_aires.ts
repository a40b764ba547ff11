/**
 * Places of Buenos Aires; `parsePlaces()` explains the columns. Costs are in Argentine pesos, and
 * often unknown, because prices change fast.
 */
export const places = `
# Monserrat
Plaza de Mayo | sight | -34.6084 -58.3721 | 35 | 0 | day evening | top | The pink palace, the cathedral, and the white scarves of the mothers.
Catedral Metropolitana | sight | -34.6075 -58.3733 | 25 | 0 | day | | Twelve columns outside, San Martín's tomb inside.
Manzana de las Luces | sight | -34.6110 -58.3740 | 45 | - | day | | Courtyards and tunnels of the Jesuits.
Café Tortoni | food | -34.6089 -58.3787 | 45 | 13000 | afternoon | | Chocolate and churros among poets' photographs.
Palacio Barolo | sight | -34.6096 -58.3857 | 75 | - | day evening | book steep | A tower after Dante, from hell in the hall to a lighthouse.
Palacio del Congreso | sight | -34.6098 -58.3925 | 30 | 0 | day | | A green dome above a square of monuments.

# San Nicolás
Teatro Colón | sight | -34.6011 -58.3831 | 60 | - | day | top book | Gold, velvet and one of the best acoustics in the world.
Obelisco | sight | -34.6037 -58.3816 | 20 | 0 | day evening | | The needle in the middle of the widest avenue.
Galerías Pacífico | shopping | -34.5990 -58.3747 | 45 | - | day | | Murals in the dome of an elegant arcade.
Palacio Libertad | museum | -34.6034 -58.3697 | 60 | 0 | afternoon | closed:mon closed:tue | A post office became a house for concerts and art.
Pizzería Güerrín | food | -34.6041 -58.3859 | 60 | 16000 | lunch dinner | | Thick pizza with much cheese, standing or upstairs.
Teatro San Martín | entertainment | -34.6044 -58.3888 | 110 | 18000 | night | book | Theater and dance on Corrientes, the street that never sleeps.

# San Telmo
Mercado de San Telmo | food | -34.6187 -58.3736 | 65 | 20000 | lunch | top | Steak sandwiches and empanadas under the ironwork of 1897.
Plaza Dorrego | sight | -34.6205 -58.3716 | 35 | 0 | day evening | | Tango dancers, and antiques on Sundays.
Museo de Arte Moderno | museum | -34.6222 -58.3701 | 70 | - | day | closed:tue | Argentine art since the twenties in a tobacco factory.
El Zanjón de Granados | museum | -34.6160 -58.3715 | 60 | - | day | book steep | Brick tunnels and cisterns below an old mansion.
El Federal | food | -34.6193 -58.3746 | 70 | 22000 | lunch dinner | | A carved bar, picadas and a clock that has stopped.
Desnivel | food | -34.6183 -58.3714 | 80 | 30000 | dinner | | Ribs and provoleta from the grill in the front room.
El Viejo Almacén | entertainment | -34.6168 -58.3701 | 110 | - | night | book | Tango on a small stage, at a corner of old cobbles.
Bar Sur | nightlife | -34.6176 -58.3698 | 90 | - | night | book | Tango between a dozen tables, on a corner that films have used.
Torquato Tasso | nightlife | -34.6262 -58.3707 | 100 | 18000 | night | book | Tango orchestras and singers play here for people who listen.
Parque Lezama | nature | -34.6280 -58.3695 | 40 | 0 | day | | Terraces and old tipa trees where the city may have begun.

# La Boca
Caminito | sight | -34.6392 -58.3627 | 45 | 0 | day | top area | Tin houses in the colors of leftover ship paint.
Fundación Proa | museum | -34.6387 -58.3622 | 65 | - | day | closed:mon closed:tue | Contemporary art and a café terrace above the old port.
Museo Benito Quinquela Martín | museum | -34.6378 -58.3613 | 50 | - | day | closed:mon | Dockers and fire on the canvases of the painter of La Boca.
La Bombonera | sport | -34.6357 -58.3648 | 60 | - | day | | Stand in the steep stands of Boca Juniors.
Usina del Arte | entertainment | -34.6287 -58.3568 | 100 | 0 | night | | Concerts in a brick power station like a Florentine palace.

# Puerto Madero
Puente de la Mujer | sight | -34.6079 -58.3653 | 30 | 0 | day evening | | A white bridge like a couple in a tango.
Fragata Sarmiento | museum | -34.6094 -58.3656 | 40 | - | day | steep | A training ship that sailed around the world 37 times.
Alicia Moreau de Justo | food | -34.6066 -58.3666 | 90 | 48000 | dinner | area | Grill houses in brick warehouses along the docks.

# Recoleta
Cementerio de la Recoleta | sight | -34.5875 -58.3934 | 70 | - | day | top | Streets of marble houses; Evita lies in a narrow lane.
Museo Nacional de Bellas Artes | museum | -34.5840 -58.3930 | 90 | 0 | day | top closed:mon | Berni, Rodin and Goya in a former pump house.
Floralis Genérica | sight | -34.5816 -58.3940 | 25 | 0 | day evening | | A steel flower that opens with the day.
Centro Cultural Recoleta | museum | -34.5867 -58.3923 | 50 | - | afternoon | closed:mon | Young art in the cloisters beside the cemetery.
Biblioteca Nacional | sight | -34.5845 -58.3979 | 35 | 0 | day | | Brutalist concrete on four legs, with a reading room on top.
El Ateneo Grand Splendid | shopping | -34.5959 -58.3942 | 45 | - | day evening | top | Books in the boxes, coffee on the stage of a theater.
La Biela | food | -34.5885 -58.3918 | 65 | 24000 | lunch | | Lunch under a giant rubber tree, beside a bronze Borges.
El Sanjuanino | food | -34.5888 -58.3894 | 75 | 24000 | lunch dinner | | Empanadas and locro from the northwest.

# Retiro
Florería Atlántico | nightlife | -34.5921 -58.3813 | 90 | 20000 | night | | A flower shop hides the stairs to a bar for the drinks of immigrants.

# Palermo
MALBA | museum | -34.5771 -58.4034 | 80 | - | day | top closed:tue | Kahlo, Tarsila and Botero in a house of glass and stone.
Jardín Japonés | nature | -34.5757 -58.4091 | 60 | - | day | | Red bridges, carp and azaleas.
El Rosedal | nature | -34.5714 -58.4164 | 50 | 0 | day | | Eighteen thousand roses around a lake with boats.
Jardín Botánico | nature | -34.5825 -58.4176 | 50 | 0 | day | | Paths, sculptures and an Art Nouveau greenhouse.
Don Julio | food | -34.5864 -58.4243 | 90 | 85000 | lunch dinner | book | A famous grill on a corner, with labels of empty bottles.
Plaza Serrano | food | -34.5889 -58.4304 | 85 | 30000 | dinner | area | Terraces and design shops around a small round square.
`;
